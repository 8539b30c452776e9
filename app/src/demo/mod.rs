//! `demo`: sample LLM traffic through the official OpenTelemetry SDK into the running service, and
//! what SQL says about it afterwards.

mod report;
mod scenario;
mod traffic;
mod tree;

pub use report::{Report, ReportError};
pub use traffic::{Sent, TrafficError, send};
