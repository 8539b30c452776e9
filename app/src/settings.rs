//! What the running service is made from: typed values, parsed and checked by [`crate::config`].

use std::net::SocketAddr;
use std::time::Duration;

use observatory_http_api::ApiOptions;
use observatory_otlp::ReceiverOptions;
use observatory_postgres::{PoolOptions, SinkOptions};

use crate::pipeline::PipelineOptions;

/// Everything that [`crate::lifecycle::Service`] needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The connections.
    pub pool: PoolOptions,
    /// The sink.
    pub sink: SinkOptions,
    /// The pipeline.
    pub pipeline: PipelineOptions,
    /// The receivers.
    pub receiver: ReceiverOptions,
    /// The API.
    pub api: ApiOptions,
    /// Where each of them listens.
    pub listen: Listen,
    /// Whether the schema is brought up to date at the start.
    pub migrate: Migrate,
    /// How long the database may take to come up (`DB_STARTUP_TIMEOUT`).
    pub startup_max: Duration,
    /// How long draining may take (`SHUTDOWN_TIMEOUT`).
    pub shutdown_max: Duration,
}

/// Addresses to listen on.
#[derive(Clone, Copy, Debug)]
pub struct Listen {
    /// OTLP/gRPC.
    pub grpc: SocketAddr,
    /// OTLP/HTTP.
    pub http: SocketAddr,
    /// The API.
    pub api: SocketAddr,
    /// `/metrics`; nothing when `METRICS_ENABLED` is false.
    pub metrics: Option<SocketAddr>,
}

/// Whether the schema is brought up to date at the start (`SKIP_MIGRATIONS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Before anything is served.
    AtStart,
    /// Somebody else does it.
    Skip,
}
