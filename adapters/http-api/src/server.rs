//! The two listeners: the API's and Prometheus'.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use observatory_ports::driven::MetricsExposition;
use observatory_ports::driving::Admin;
use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::{EndpointExt, Route, Server, get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::metrics::{metrics, pointer};
use crate::problem::{problem, refused};

/// A connection without a request is closed after this.
const IDLE_MAX: Duration = Duration::from_mins(1);
/// How long requests in flight have to end once the server stops.
const STOP_MAX: Duration = Duration::from_secs(2);

/// An address can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error("can't listen on {address}: set {variable} to another port, or stop what uses this one")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The variable that names its port.
    pub variable: &'static str,
    /// Why not.
    pub source: io::Error,
}

/// Whether the health routes are served (`HEALTH_CHECK_ENABLED`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthCheck {
    /// They are.
    Enabled,
    /// They answer 404 and say why.
    Disabled,
}

/// The API's options.
#[derive(Clone, Copy, Debug)]
pub struct ApiOptions {
    /// Whether the health routes are served.
    pub health_check: HealthCheck,
}

/// Listens for the API.
pub struct ApiServer {
    listener: TcpListener,
    address: SocketAddr,
    admin: Arc<dyn Admin>,
    options: ApiOptions,
}

/// Listens for Prometheus.
pub struct MetricsServer {
    listener: TcpListener,
    address: SocketAddr,
    source: Arc<dyn MetricsExposition>,
}

impl ApiServer {
    /// Listens on `address`.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub async fn bind(
        address: SocketAddr,
        admin: Arc<dyn Admin>,
        options: ApiOptions,
    ) -> Result<Self, BindError> {
        let (listener, address) = bind(address, "APP_PORT").await?;
        Ok(Self { listener, address, admin, options })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, stop: CancellationToken) -> io::Result<()> {
        let service = api::service(self.admin);
        let routes = Route::new()
            .at("/openapi.json", service.spec_endpoint())
            .nest("/docs", service.swagger_ui());
        let routes = match self.options.health_check {
            HealthCheck::Enabled => routes.nest("/", service),
            HealthCheck::Disabled => routes.nest("/health", get(disabled)),
        };
        run("api", self.listener, routes.map_to_response().boxed(), stop).await
    }
}

impl MetricsServer {
    /// Listens on `address`.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub async fn bind(
        address: SocketAddr,
        source: Arc<dyn MetricsExposition>,
    ) -> Result<Self, BindError> {
        let (listener, address) = bind(address, "METRICS_PORT").await?;
        Ok(Self { listener, address, source })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, stop: CancellationToken) -> io::Result<()> {
        let routes =
            Route::new().at("/", get(pointer)).at("/metrics", get(metrics)).data(self.source);
        run("metrics", self.listener, routes.map_to_response().boxed(), stop).await
    }
}

#[poem::handler]
fn disabled() -> poem::Response {
    problem(StatusCode::NOT_FOUND, "health checks are switched off (HEALTH_CHECK_ENABLED=false)")
}

async fn bind(
    address: SocketAddr,
    variable: &'static str,
) -> Result<(TcpListener, SocketAddr), BindError> {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            let address = listener.local_addr().unwrap_or(address);
            Ok((listener, address))
        }
        Err(source) => Err(BindError { address, variable, source }),
    }
}

async fn run(
    name: &'static str,
    listener: TcpListener,
    routes: BoxEndpoint<'static>,
    stop: CancellationToken,
) -> io::Result<()> {
    // No route reads a body, so none needs a bound.
    let routes = routes.catch_all_error(refused);
    Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?)
        .name(name)
        .idle_timeout(IDLE_MAX)
        .run_with_graceful_shutdown(routes, stop.cancelled_owned(), Some(STOP_MAX))
        .await
}

impl std::fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for MetricsServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetricsServer").field("address", &self.address).finish_non_exhaustive()
    }
}
