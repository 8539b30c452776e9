//! The time that is left to store a request.

use std::time::Duration;

use crate::client::grpc::message;
use crate::client::{grpc, http};
use crate::fake::FakeIngest;
use crate::service::{OPTIONS, Service};

/// The time that the one request had left when it was stored.
async fn left_over_grpc(timeout: Option<&str>) -> Duration {
    let service = Service::start(FakeIngest::answering(Ok(<_>::default()))).await;
    let headers: Vec<_> = timeout.map(|it| ("grpc-timeout", it)).into_iter().collect();
    grpc::export(service.grpc, &headers, message(0, b"body")).await.unwrap();
    let taken = service.ingest.taken.lock().unwrap();
    taken[0].1
}

/// A minute is more than a request takes to reach the way in.
fn is_about(left: Duration, expected: Duration) {
    assert!(left <= expected, "{left:?}");
    assert!(left > expected.saturating_sub(Duration::from_mins(1)), "{left:?}");
}

#[tokio::test]
async fn a_client_that_says_how_long_it_waits_is_answered_before() {
    // A twentieth earlier, so that the answer still reaches it.
    is_about(left_over_grpc(Some("400S")).await, Duration::from_secs(380));
}

#[tokio::test]
async fn a_client_that_waits_for_ever_is_answered_by_the_servers_deadline() {
    for timeout in [None, Some("2H"), Some("soon")] {
        is_about(left_over_grpc(timeout).await, OPTIONS.deadline);
    }
    let service = Service::start(FakeIngest::answering(Ok(<_>::default()))).await;
    assert_eq!(http::post(service.http, "", b"body").await.code, 200);
    is_about(service.ingest.taken.lock().unwrap()[0].1, OPTIONS.deadline);
}
