//! OTLP over HTTP, on poem: `POST /v1/traces`, `/v1/metrics` and `/v1/logs`, in protobuf or JSON.

mod body;
mod export;
mod form;
mod reply;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use observatory_ports::Signal;
use poem::listener::TcpAcceptor;
use poem::{EndpointExt, Route, Server, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::bind::{BindError, bind};
use crate::receiver::Receiver;

/// A connection without a request is closed after this.
const IDLE_MAX: Duration = Duration::from_mins(5);
/// How long requests in flight have to end once the receiver stops; they have deadlines of their own.
const STOP_MAX: Duration = Duration::from_secs(10);

/// Listens for HTTP.
#[derive(Debug)]
pub struct HttpReceiver {
    listener: TcpListener,
    address: SocketAddr,
    receiver: Receiver,
}

impl HttpReceiver {
    /// Listens on `address`.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub async fn bind(address: SocketAddr, receiver: Receiver) -> Result<Self, BindError> {
        let listener = bind(address, "OTLP_HTTP_PORT").await?;
        let address = listener.local_addr().unwrap_or(address);
        Ok(Self { listener, address, receiver })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then until the requests in flight are answered.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, stop: CancellationToken) -> io::Result<()> {
        let routes = Route::new()
            .at("/v1/traces", post(export::export).data(Signal::Traces))
            .at("/v1/metrics", post(export::export).data(Signal::Metrics))
            .at("/v1/logs", post(export::export).data(Signal::Logs))
            .data(self.receiver)
            .catch_all_error(reply::plain);
        Server::new_with_acceptor(TcpAcceptor::from_tokio(self.listener)?)
            .name("otlp-http")
            .idle_timeout(IDLE_MAX)
            .run_with_graceful_shutdown(routes, stop.cancelled_owned(), Some(STOP_MAX))
            .await
    }
}
