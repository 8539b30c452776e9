//! Health, `OpenAPI` and `/metrics` over HTTP, on poem.

mod api;
mod health;
mod metrics;
mod problem;
mod server;

pub use server::{ApiOptions, ApiServer, BindError, HealthCheck, MetricsServer};
