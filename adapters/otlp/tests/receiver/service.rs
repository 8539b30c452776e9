//! Both receivers, listening.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use observatory_otlp::{GrpcReceiver, HttpReceiver, Receiver, ReceiverOptions};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::fake::{FakeIngest, Seen};

pub(crate) const OPTIONS: ReceiverOptions =
    ReceiverOptions { request_bytes_max: 1000, deadline: Duration::from_mins(10) };

/// Two receivers over one fake; they end with it.
pub(crate) struct Service {
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) ingest: Arc<FakeIngest>,
    pub(crate) seen: Arc<Seen>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Service {
    pub(crate) async fn start(ingest: FakeIngest) -> Self {
        Self::start_with(ingest, OPTIONS).await
    }

    pub(crate) async fn start_with(ingest: FakeIngest, options: ReceiverOptions) -> Self {
        let (ingest, seen) = (Arc::new(ingest), Arc::new(Seen::default()));
        let receiver = Receiver::new(Arc::clone(&ingest) as _, Arc::clone(&seen) as _, options);
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let grpc_receiver = GrpcReceiver::bind(anywhere, receiver.clone()).await.unwrap();
        let http_receiver = HttpReceiver::bind(anywhere, receiver).await.unwrap();
        let (grpc, http) = (grpc_receiver.address(), http_receiver.address());
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let (grpc_stop, http_stop) = (stop.clone(), stop.clone());
        tasks.spawn(async move { grpc_receiver.serve(grpc_stop).await.unwrap() });
        tasks.spawn(async move { http_receiver.serve(http_stop).await.unwrap() });
        Self { grpc, http, ingest, seen, stop, tasks }
    }

    /// Stops both and waits until they have ended.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.join_all().await;
    }
}
