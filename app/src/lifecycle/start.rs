//! The way up.

use std::sync::Arc;

use observatory_http_api::{ApiServer, MetricsServer};
use observatory_otlp::{GrpcReceiver, HttpReceiver, OtlpCodec, Receiver};
use observatory_ports::driven::{Clock, Gauge, Gauges, Migrations, Observer, RecordSink};
use observatory_ports::driving::Ingest;
use observatory_postgres::{
    ConnectError, Connections, Edition, EditionError, PostgresProbe, PostgresSink, SqlxMigrations,
    Target,
};
use observatory_telemetry::{Silent, Telemetry};

use crate::clock::SystemClock;
use crate::health::Health;
use crate::pipeline::{Intake, Pipeline, PipelineOptions, Shared};
use crate::settings::{Migrate, Settings};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database can't be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// An OTLP port is taken.
    #[error(transparent)]
    Otlp(#[from] observatory_otlp::BindError),
    /// An API port is taken.
    #[error(transparent)]
    Api(#[from] observatory_http_api::BindError),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migration(#[from] observatory_ports::driven::MigrationError),
    /// The schema is missing, or the database could not be asked.
    #[error(transparent)]
    Edition(#[from] EditionError),
    /// The metrics could not be set up.
    #[error(transparent)]
    Telemetry(#[from] observatory_telemetry::SetupError),
}

/// Everything that was built and bound; nothing of it runs yet.
pub struct Ready {
    pub(super) connections: Connections,
    pub(super) pipeline: Pipeline,
    pub(super) shared: Arc<Shared>,
    pub(super) health: Arc<Health>,
    pub(super) grpc: GrpcReceiver,
    pub(super) http: HttpReceiver,
    pub(super) api: ApiServer,
    pub(super) metrics: Option<MetricsServer>,
}

impl Ready {
    /// Builds every part and binds every port.
    ///
    /// # Errors
    /// When a port is taken, or the target can't be used.
    pub async fn build(target: &Target, settings: &Settings) -> Result<Self, StartError> {
        let listen = &settings.listen;
        let telemetry = listen.metrics.map(|_| Telemetry::new().map(Arc::new)).transpose()?;
        let observer: Arc<dyn Observer> = match &telemetry {
            Some(telemetry) => Arc::clone(telemetry) as _,
            None => Arc::new(Silent),
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        if let Some(telemetry) = &telemetry {
            telemetry.started(clock.now());
        }
        let connections = Connections::new(target, settings.pool)?;
        let options = settings.pipeline.clone();
        let (pipeline, intake) = pipeline(options, &connections, settings, &clock, &observer);
        let shared = pipeline.shared();
        if let Some(telemetry) = &telemetry {
            watch(telemetry, &shared, &connections);
        }
        let probe = Arc::new(PostgresProbe::new(connections.clone()));
        let health = Arc::new(Health::new(Arc::clone(&shared), probe, clock));
        let ingest: Arc<dyn Ingest> = Arc::new(intake);
        let receiver = Receiver::new(ingest, observer, settings.receiver);
        Ok(Self {
            grpc: GrpcReceiver::bind(listen.grpc, receiver.clone()).await?,
            http: HttpReceiver::bind(listen.http, receiver).await?,
            api: ApiServer::bind(listen.api, Arc::clone(&health) as _, settings.api).await?,
            metrics: match listen.metrics.zip(telemetry) {
                Some((address, telemetry)) => Some(MetricsServer::bind(address, telemetry).await?),
                None => None,
            },
            connections,
            pipeline,
            shared,
            health,
        })
    }
}

/// A pipeline with `options` into the database behind `connections`.
pub(super) fn pipeline(
    options: PipelineOptions,
    connections: &Connections,
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    observer: &Arc<dyn Observer>,
) -> (Pipeline, Intake) {
    let sink: Arc<dyn RecordSink> = Arc::new(PostgresSink::new(
        Arc::new(OtlpCodec),
        connections.clone(),
        settings.sink,
        Arc::clone(clock),
        Arc::clone(observer),
    ));
    Pipeline::new(options, sink, Arc::clone(clock), Arc::clone(observer))
}

/// Meets the database: waits for it, migrates it, learns what it is.
pub(super) async fn meet(
    connections: &Connections,
    settings: &Settings,
) -> Result<Edition, StartError> {
    connections.wait_until_up(settings.startup_max).await?;
    if settings.migrate == Migrate::AtStart {
        for migration in SqlxMigrations::new(connections.queries().clone()).run().await? {
            tracing::info!(migration.version, migration.description, "applied a migration");
        }
    }
    let deadline = settings.sink.statement_deadline;
    let edition = Edition::reconcile(connections.queries(), deadline).await?;
    for setting in &edition.risks {
        tracing::warn!(setting, "by this setting the database may lose what it acknowledged");
    }
    tracing::info!(%edition, address = connections.address(), "met the database");
    Ok(edition)
}

fn watch(telemetry: &Telemetry, shared: &Arc<Shared>, connections: &Connections) {
    let pipeline: Arc<dyn Gauges> = Arc::clone(shared) as _;
    telemetry.watch(&pipeline);
    let pool: Arc<dyn Gauges> = Arc::new(PoolGauges(connections.clone()));
    telemetry.watch(&pool);
}

/// The pool, as gauges.
struct PoolGauges(Connections);

impl Gauges for PoolGauges {
    fn read(&self, show: &mut dyn FnMut(Gauge, u64)) {
        let pool = self.0.status();
        show(Gauge::PoolActive, pool.active);
        show(Gauge::PoolIdle, pool.idle);
        show(Gauge::PoolMax, pool.max_size);
    }
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("connections", &self.connections).finish_non_exhaustive()
    }
}
