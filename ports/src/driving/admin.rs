//! What operators ask.

use std::time::Duration;

use async_trait::async_trait;
use observatory_domain::accounting::Accounting;
use observatory_domain::time::UnixNanos;

use crate::driven::PoolStatus;

/// The overall state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthStatus {
    /// Everything works.
    Healthy,
    /// It works, but something needs attention.
    Degraded,
    /// Requests can't be stored: not ready.
    Unhealthy,
}

/// The database's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseHealth {
    /// Whether it answers.
    pub connected: bool,
    /// How long it took to answer.
    pub latency: Option<Duration>,
    /// PostgreSQL's and TimescaleDB's versions and edition, once known.
    pub edition: Option<String>,
}

/// The truth about the service at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthReport {
    /// The verdict.
    pub status: HealthStatus,
    /// When it was found.
    pub timestamp: UnixNanos,
    /// The build.
    pub version: &'static str,
    /// The database.
    pub database: DatabaseHealth,
    /// Its connections.
    pub pool: PoolStatus,
    /// What is wrong or at risk, one sentence each, the worst first.
    pub messages: Vec<String>,
    /// Where the records went.
    pub accounting: Accounting,
}

/// Answers operators.
#[async_trait]
pub trait Admin: Send + Sync {
    /// Asks everyone and says how things are, within two seconds.
    async fn health(&self) -> HealthReport;

    /// Whether traffic should be sent here; no I/O.
    fn is_ready(&self) -> bool;
}
