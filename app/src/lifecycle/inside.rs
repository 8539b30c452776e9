//! The pipeline without the ports: what is stored comes from inside this process.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use observatory_domain::accounting::Accounting;
use observatory_ports::driven::{Clock, Observer};
use observatory_ports::driving::Ingest;
use observatory_postgres::{Connections, Target};
use observatory_telemetry::Silent;
use tokio::task::JoinSet;

use super::drain::Stops;
use super::service::{CLOSE_MAX, ServiceError};
use super::start::{StartError, meet, pipeline};
use crate::clock::SystemClock;
use crate::pipeline::{PipelineOptions, Shared};
use crate::settings::Settings;

/// A running pipeline.
pub struct Inside {
    connections: Connections,
    ingest: Arc<dyn Ingest>,
    shared: Arc<Shared>,
    stops: Stops,
    parts: JoinSet<Result<(), ServiceError>>,
    shutdown_max: Duration,
}

impl Inside {
    /// Starts a pipeline with `options`, and returns once it takes requests.
    ///
    /// # Errors
    /// When it can't start; nothing is left running.
    pub async fn start(
        target: &Target,
        settings: &Settings,
        options: PipelineOptions,
    ) -> Result<Self, StartError> {
        let connections = Connections::new(target, settings.pool)?;
        meet(&connections, settings).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let observer: Arc<dyn Observer> = Arc::new(Silent);
        let (pipeline, intake) = pipeline(options, &connections, settings, &clock, &observer);
        let (shared, stops, mut parts) = (pipeline.shared(), Stops::default(), JoinSet::new());
        let lanes = pipeline.run(stops.lanes.clone());
        parts.spawn(async move { lanes.await.map_err(ServiceError::from) });
        shared.until(|ready| ready > 0).await;
        let shutdown_max = settings.shutdown_max;
        Ok(Self { connections, ingest: Arc::new(intake), shared, stops, parts, shutdown_max })
    }

    /// The way in.
    #[must_use]
    pub fn ingest(&self) -> Arc<dyn Ingest> {
        Arc::clone(&self.ingest)
    }

    /// Where the records went.
    #[must_use]
    pub fn accounting(&self) -> Accounting {
        self.shared.accounting()
    }

    /// Lets what is in flight finish, and ends.
    ///
    /// # Errors
    /// When a lane failed, or draining takes too long.
    pub async fn finish(mut self) -> Result<(), ServiceError> {
        self.shared.stop_intake();
        let drained = self.stops.drain(&self.shared, &mut self.parts);
        let drained = tokio::time::timeout(self.shutdown_max, drained).await;
        let drained = drained.unwrap_or(Err(ServiceError::NotDrained(self.shutdown_max)));
        if tokio::time::timeout(CLOSE_MAX, self.connections.close()).await.is_err() {
            tracing::debug!("connections were still open at the end");
        }
        drained
    }
}

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inside").field("shared", &self.shared).finish_non_exhaustive()
    }
}
