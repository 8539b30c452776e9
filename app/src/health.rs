//! The truth about the service, for `/health`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use observatory_ports::causes;
use observatory_ports::driven::{Clock, DatabaseProbe};
use observatory_ports::driving::{Admin, DatabaseHealth, HealthReport, HealthStatus};

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::pipeline::Shared;

/// Implements [`Admin`].
pub struct Health {
    pipeline: Arc<Shared>,
    probe: Arc<dyn DatabaseProbe>,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
}

/// What is known once the database has been met.
#[derive(Clone, Debug, Default)]
struct Known {
    edition: Option<String>,
    /// Settings by which the database may lose what it acknowledged.
    risks: Vec<String>,
    /// Whether the last probe was answered.
    connected: bool,
}

impl Health {
    /// The health of `pipeline` and of the database behind `probe`.
    #[must_use]
    pub fn new(
        pipeline: Arc<Shared>,
        probe: Arc<dyn DatabaseProbe>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { pipeline, probe, clock, known: Mutex::default() }
    }

    /// Tells what kind of database was met, and by which of its settings it may lose records.
    pub fn met(&self, edition: String, risks: Vec<String>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.edition = Some(edition);
        known.risks = risks;
    }

    /// Asks the database once a second until `stop`, so that readiness costs no I/O.
    pub async fn watch(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let (database, error) = self.ask_database().await;
            tracing::trace!(connected = database.connected, error, "asked the database");
        }
    }

    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask_database(&self) -> (DatabaseHealth, Option<String>) {
        let (latency, error) = match self.probe.ping().await {
            Ok(latency) => (Some(latency), None),
            Err(error) => (None, Some(causes(&error))),
        };
        let connected = latency.is_some();
        self.known.lock().unwrap_or_else(PoisonError::into_inner).connected = connected;
        let edition = self.known().edition;
        (DatabaseHealth { connected, latency, edition }, error)
    }

    /// What is wrong beyond the database, worst first.
    fn findings(&self) -> Vec<(HealthStatus, String)> {
        let pipeline = &self.pipeline;
        let (ready, lanes) = (pipeline.lanes_ready(), pipeline.lanes());
        let mut findings = Vec::new();
        if pipeline.is_stopping() {
            findings.push((HealthStatus::Unhealthy, "the service is stopping".to_owned()));
        }
        if ready == 0 {
            let text = "no lane can write: requests are handed back to their clients".to_owned();
            findings.push((HealthStatus::Unhealthy, text));
        } else if ready < lanes {
            let text = format!("{} of {lanes} lanes can't write", lanes - ready);
            findings.push((HealthStatus::Degraded, text));
        }
        if let Some(trouble) = pipeline.trouble() {
            findings.push((HealthStatus::Degraded, format!("the last batch failed: {trouble}")));
        }
        if pipeline.rewinds() > 0 {
            let text = "the database went back to an earlier state: records acknowledged before may be missing";
            findings.push((HealthStatus::Degraded, text.to_owned()));
        }
        findings
    }
}

#[async_trait]
impl Admin for Health {
    async fn health(&self) -> HealthReport {
        let (database, error) = self.ask_database().await;
        let mut findings = self.findings();
        if let Some(error) = error {
            let text = format!("the database does not answer: {error}");
            findings.insert(0, (HealthStatus::Unhealthy, text));
        }
        let status = match findings.first() {
            None => HealthStatus::Healthy,
            Some((worst, _)) => *worst,
        };
        let risks = self.known().risks.into_iter().map(|setting| {
            format!("the database runs with {setting}: a crash of it may lose acknowledged records")
        });
        HealthReport {
            status,
            timestamp: self.clock.now(),
            version: env!("CARGO_PKG_VERSION"),
            database,
            pool: self.probe.pool(),
            messages: findings.into_iter().map(|(_, text)| text).chain(risks).collect(),
            accounting: self.pipeline.accounting(),
        }
    }

    fn is_ready(&self) -> bool {
        let connected = self.known().connected;
        connected && !self.pipeline.is_stopping() && self.pipeline.lanes_ready() > 0
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").field("known", &self.known()).finish_non_exhaustive()
    }
}
