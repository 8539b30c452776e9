//! OTLP over gRPC, on tonic's transport. Messages stay bytes: the codec reads them.

mod charged;
mod raw;
mod service;
mod timeout;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

use crate::bind::{BindError, bind};
use crate::receiver::Receiver;
use service::{Logs, Metrics, Service, Traces};

/// Streams that one connection may have open: each is a request in flight.
const STREAMS_MAX: u32 = 256;
/// A silent connection is asked after this whether it still lives.
const KEEPALIVE: Duration = Duration::from_mins(1);

/// Listens for gRPC.
#[derive(Debug)]
pub struct GrpcReceiver {
    listener: TcpListener,
    address: SocketAddr,
    receiver: Receiver,
}

impl GrpcReceiver {
    /// Listens on `address`.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub async fn bind(address: SocketAddr, receiver: Receiver) -> Result<Self, BindError> {
        let listener = bind(address, "OTLP_GRPC_PORT").await?;
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
    pub async fn serve(self, stop: CancellationToken) -> Result<(), tonic::transport::Error> {
        Server::builder()
            .max_concurrent_streams(STREAMS_MAX)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .tcp_nodelay(true)
            .add_service(Service::<Traces>::new(self.receiver.clone()))
            .add_service(Service::<Metrics>::new(self.receiver.clone()))
            .add_service(Service::<Logs>::new(self.receiver))
            .serve_with_incoming_shutdown(
                TcpListenerStream::new(self.listener),
                stop.cancelled_owned(),
            )
            .await
    }
}
