//! How the database is doing.

use std::time::Duration;

use async_trait::async_trait;

use crate::Source;

/// Connections, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// In use.
    pub active: u64,
    /// Open and waiting.
    pub idle: u64,
    /// The bound over all of them.
    pub max_size: u64,
}

/// The database did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the database does not answer")]
pub struct ProbeError {
    /// The cause.
    #[from]
    pub source: Source,
}

/// Asks the database how it is.
#[async_trait]
pub trait DatabaseProbe: Send + Sync {
    /// One round trip, bounded in time by the implementation.
    async fn ping(&self) -> Result<Duration, ProbeError>;

    /// The pool's connections now.
    fn pool(&self) -> PoolStatus;
}
