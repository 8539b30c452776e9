//! What calls the pipeline.

mod admin;
mod ingest;

pub use admin::{Admin, DatabaseHealth, HealthReport, HealthStatus};
pub use ingest::{Accepted, Busy, Ingest, IngestError, Slot};
