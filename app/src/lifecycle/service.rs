//! Everything that runs, and who waits for it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use observatory_postgres::{Connections, Edition, Target};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::drain::Stops;
use super::maintenance;
use super::start::{Ready, StartError, meet};
use crate::health::Health;
use crate::pipeline::Shared;
use crate::settings::{Listen, Settings};

/// How long connections may take to close once nothing uses them.
pub(super) const CLOSE_MAX: Duration = Duration::from_secs(1);

/// How long the start waits for the last lane once the database is met.
const LANES_MAX: Duration = Duration::from_secs(5);

/// Why a running service ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A listener failed.
    #[error("a listener failed")]
    Listener(#[from] io::Error),
    /// The gRPC listener failed.
    #[error("the gRPC listener failed")]
    Grpc(#[from] observatory_otlp::TransportError),
    /// A part of the service panicked: a bug.
    #[error("a part of the service panicked")]
    Panic(#[from] JoinError),
    /// Draining took too long.
    #[error(
        "not drained within {0:?} (SHUTDOWN_TIMEOUT): requests in flight were not acknowledged, and their clients send them again"
    )]
    NotDrained(Duration),
}

/// A running service.
pub struct Service {
    parts: JoinSet<Result<(), ServiceError>>,
    stops: Stops,
    shared: Arc<Shared>,
    connections: Connections,
    edition: Edition,
    listen: Listen,
    shutdown_max: Duration,
}

impl Service {
    /// Starts the service and returns once it takes requests.
    ///
    /// # Errors
    /// When it can't start; nothing is left running.
    pub async fn start(target: &Target, settings: &Settings) -> Result<Self, StartError> {
        let ready = Ready::build(target, settings).await?;
        let listen = addresses(&ready);
        let Ready { connections, pipeline, shared, health, grpc, http, api, metrics } = ready;
        let (mut parts, stops) = (JoinSet::new(), Stops::default());
        let stop = || stops.last.clone();
        spawn(&mut parts, api.serve(stop()));
        if let Some(metrics) = metrics {
            spawn(&mut parts, metrics.serve(stop()));
        }
        let edition = meet(&connections, settings).await?;
        health.met(edition.to_string(), edition.risks.clone());
        spawn(&mut parts, endless(watch(health, stop())));
        spawn(&mut parts, endless(tend(connections.clone(), stop())));
        let deadline = settings.sink.statement_deadline;
        spawn(&mut parts, endless(maintenance::run(connections.clone(), deadline, stop())));
        spawn(&mut parts, pipeline.run(stops.lanes.clone()));
        // All lanes, if they come at once; one is enough to begin with.
        let lanes = shared.lanes();
        let all = shared.until(|ready| ready == lanes);
        if tokio::time::timeout(LANES_MAX, all).await.is_err() {
            shared.until(|ready| ready > 0).await;
        }
        spawn(&mut parts, grpc.serve(stops.receivers.clone()));
        spawn(&mut parts, http.serve(stops.receivers.clone()));
        let shutdown_max = settings.shutdown_max;
        Ok(Self { parts, stops, shared, connections, edition, listen, shutdown_max })
    }

    /// Where it listens, with the ports that were found for port 0.
    #[must_use]
    pub const fn listen(&self) -> &Listen {
        &self.listen
    }

    /// What kind of database it writes to.
    #[must_use]
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }

    /// The connections, for queries.
    #[must_use]
    pub const fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Runs until `stop`, then drains. Returns early when a part fails.
    ///
    /// # Errors
    /// When a part fails, or draining takes too long.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), ServiceError> {
        let failed = tokio::select! {
            () = stop.cancelled() => None,
            Some(ended) = self.parts.join_next() => Some(flatten(ended)),
        };
        tracing::info!("stopping: no new requests are taken");
        self.shared.stop_intake();
        let drained = self.stops.drain(&self.shared, &mut self.parts);
        let Ok(drained) = tokio::time::timeout(self.shutdown_max, drained).await else {
            // What failed first says more than that the rest did not end in time.
            return failed.unwrap_or(Ok(())).and(Err(ServiceError::NotDrained(self.shutdown_max)));
        };
        // A private database stops next, and would break off what is still connected.
        if tokio::time::timeout(CLOSE_MAX, self.connections.close()).await.is_err() {
            tracing::debug!("connections were still open at the end");
        }
        failed.unwrap_or(Ok(())).and(drained)
    }
}

/// Lets a part of the service run, owned by `parts`.
fn spawn<E: Into<ServiceError>>(
    parts: &mut JoinSet<Result<(), ServiceError>>,
    part: impl Future<Output = Result<(), E>> + Send + 'static,
) {
    parts.spawn(async move { part.await.map_err(Into::into) });
}

/// A part that ends only when it is told to.
async fn endless(part: impl Future<Output = ()>) -> Result<(), ServiceError> {
    part.await;
    Ok(())
}

async fn watch(health: Arc<Health>, stop: CancellationToken) {
    health.watch(stop).await;
}

async fn tend(connections: Connections, stop: CancellationToken) {
    connections.look_after(stop).await;
}

pub(super) fn flatten(
    ended: Result<Result<(), ServiceError>, JoinError>,
) -> Result<(), ServiceError> {
    ended?
}

fn addresses(ready: &Ready) -> Listen {
    Listen {
        grpc: ready.grpc.address(),
        http: ready.http.address(),
        api: ready.api.address(),
        metrics: ready.metrics.as_ref().map(observatory_http_api::MetricsServer::address),
    }
}

/// Makes an address that people can connect to of one that is listened on.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("listen", &self.listen).finish_non_exhaustive()
    }
}
