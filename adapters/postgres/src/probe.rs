//! Asks the database how it is.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use observatory_ports::driven::{DatabaseProbe, PoolStatus, ProbeError};

use crate::connect::Connections;

/// A health check answers within two seconds, the database's part of it sooner.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Probes through the pool of queries, so that a full pool of lanes can't hide a living database.
#[derive(Clone, Debug)]
pub struct PostgresProbe(Connections);

impl PostgresProbe {
    /// A probe over `connections`.
    #[must_use]
    pub const fn new(connections: Connections) -> Self {
        Self(connections)
    }
}

#[async_trait]
impl DatabaseProbe for PostgresProbe {
    async fn ping(&self) -> Result<Duration, ProbeError> {
        let started = Instant::now();
        let question = sqlx::query_scalar!("SELECT 1 AS \"one!\"").fetch_one(self.0.queries());
        match tokio::time::timeout(PATIENCE, question).await {
            Ok(Ok(_one)) => Ok(started.elapsed()),
            Ok(Err(error)) => Err(ProbeError { source: Box::new(error) }),
            Err(elapsed) => Err(ProbeError { source: Box::new(elapsed) }),
        }
    }

    fn pool(&self) -> PoolStatus {
        self.0.status()
    }
}
