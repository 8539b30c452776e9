//! Official SDKs deliver, and every field of every span is compared with what the SDK had.
//!
//! Goal: nothing that an SDK sends is lost or changed. Method: the SDK's own record of each span
//! (`sent`) against the stored row, resource and scope, by code that shares nothing with the writer:
//! it has a table of names of its own, and every column that it does not expect must be null.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod concluded;
mod expected;
mod python;
mod rust;
mod sent;
mod stored;

use observatory_tests::database::TestDatabase;
use observatory_tests::service::Start;
use sent::Sent;

/// Spans of one run.
const SPANS: usize = 10_000;

/// How a client speaks.
#[derive(Clone, Copy, Debug)]
enum Protocol {
    Grpc,
    Http,
}

/// How a client compresses.
#[derive(Clone, Copy, Debug)]
enum Compression {
    Gzip,
    None,
}

/// Where a client sends, and how.
#[derive(Clone, Debug)]
struct Route {
    endpoint: String,
    protocol: Protocol,
    compression: Compression,
}

/// Lets `client` send to a service of its own, and compares what arrived.
async fn delivers<F: Future<Output = Vec<Sent>>>(
    protocol: Protocol,
    compression: Compression,
    client: impl FnOnce(Route) -> F,
) {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let endpoint = match protocol {
        Protocol::Grpc => format!("http://{}", service.address("grpc")),
        Protocol::Http => format!("http://{}/v1/traces", service.address("http")),
    };
    let sent = client(Route { endpoint, protocol, compression }).await;
    assert_eq!(sent.len(), SPANS);
    let stored = stored::all(&database).await;
    expected::compare(&sent, &stored);
    database.remove().await;
}

macro_rules! clients {
    ($($name:ident: $client:path, $protocol:ident, $compression:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            delivers(Protocol::$protocol, Compression::$compression, $client).await;
        }
    )*};
}

clients! {
    python_over_grpc: python::send, Grpc, None;
    python_over_grpc_with_gzip: python::send, Grpc, Gzip;
    python_over_http: python::send, Http, None;
    python_over_http_with_gzip: python::send, Http, Gzip;
    rust_over_grpc: rust::send, Grpc, None;
    rust_over_grpc_with_gzip: rust::send, Grpc, Gzip;
    rust_over_http: rust::send, Http, None;
    rust_over_http_with_gzip: rust::send, Http, Gzip;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comparison_notices_every_change() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let endpoint = format!("http://{}", service.address("grpc"));
    let route = Route { endpoint, protocol: Protocol::Grpc, compression: Compression::None };
    let sent = rust::send(route).await;
    let stored = stored::all(&database).await;
    let call = sent.iter().find(|it| it.name == "chat" && !it.events.is_empty()).unwrap();
    let unnoticed = expected::unnoticed(call, &stored[&call.span_id]);
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
}
