//! OpenTelemetry metrics for Prometheus, and structured logs.
//!
//! | module | what it answers |
//! |---|---|
//! | [`catalog`] | which metrics there are, what they mean, where they come from: one table |
//! | [`prometheus`] | how events and gauges become the text that Prometheus reads |
//! | [`logs`] | how log lines look and which of them are written |
//!
//! To add a metric: an entry in `catalog/metrics.rs`; for a quantity that is read, a variant of
//! `Gauge` in the ports; for something that happens, a field and a line in
//! `prometheus/instruments.rs`; then `cargo xtask docs`. Tests name whatever was forgotten.

pub mod catalog;
pub mod logs;
pub mod prometheus;

pub use logs::{LogControl, LogError, LogFormat, init as init_logs};
pub use prometheus::{SetupError, Silent, Telemetry};
