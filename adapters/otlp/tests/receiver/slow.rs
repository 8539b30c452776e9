//! A body that does not arrive is answered by the deadline, gives its place back, and is sent again:
//! told that it is bad, a client would drop data that only the network was too slow for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use observatory_otlp::ReceiverOptions;
use observatory_ports::driven::Outcome;
use tonic::{Code, Status};
use tonic_types::{RpcStatusExt, StatusExt};

use crate::client::grpc::message;
use crate::client::{grpc, http, soon};
use crate::fake::FakeIngest;
use crate::service::{OPTIONS, Service};

const SECOND: Duration = Duration::from_secs(1);

async fn service() -> Service {
    let options = ReceiverOptions { deadline: Duration::from_millis(300), ..OPTIONS };
    Service::start_with(FakeIngest::answering(Ok(<_>::default())), options).await
}

fn over_grpc_is_sent_again(status: &Status, reason: &str, service: &Service) {
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(status.message().contains(reason), "{status:?}");
    assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(SECOND));
    assert_eq!(service.seen.take(), [("grpc", Outcome::Unavailable)]);
    assert_eq!(service.ingest.slots_open(), 0);
    assert!(service.ingest.bodies().is_empty());
}

fn over_http_is_sent_again(answer: &http::Answer, reason: &str, service: &Service) {
    assert_eq!((answer.code, answer.header("retry-after")), (503, Some("1")));
    let status = answer.status();
    assert!(status.message.contains(reason), "{status:?}");
    assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(SECOND));
    assert_eq!(service.seen.take(), [("http", Outcome::Unavailable)]);
    assert_eq!(service.ingest.slots_open(), 0);
    assert!(service.ingest.bodies().is_empty());
}

#[tokio::test]
async fn a_body_that_drips_is_answered_by_the_deadline() {
    let service = service().await;
    let refused = grpc::drip(service.grpc, 1000).await;
    over_grpc_is_sent_again(&refused.unwrap_err(), "before its deadline", &service);
    let answer = http::drip(service.http, 1000).await;
    over_http_is_sent_again(&answer, "before its deadline", &service);
}

#[tokio::test]
async fn a_call_without_a_body_or_without_its_end_is_answered_by_the_deadline() {
    let service = service().await;
    let whole = message(0, b"body");
    for parts in [vec![], vec![whole.slice(..3)], vec![whole.slice(..7)], vec![whole, Bytes::new()]]
    {
        let refused = grpc::stall(service.grpc, &[], parts).await;
        over_grpc_is_sent_again(&refused.unwrap_err(), "before its deadline", &service);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_sent_again() {
    // Not by the deadline: it is far away.
    let service = Service::start(FakeIngest::answering(Ok(<_>::default()))).await;
    let answer = http::break_off(service.http, 100, b"half of it").await;
    over_http_is_sent_again(&answer, "broke off", &service);
}

#[tokio::test]
async fn a_stalled_body_does_not_hold_up_the_end() {
    let service = service().await;
    let (grpc_address, http_address) = (service.grpc, service.http);
    let ingest = Arc::clone(&service.ingest);
    let end = async {
        // Once both hold a place.
        ingest.admissions.acquire_many(2).await.unwrap().forget();
        soon(service.stop()).await;
    };
    let stalled = grpc::stall(grpc_address, &[], vec![]);
    let (over_grpc, over_http, ()) = tokio::join!(stalled, http::drip(http_address, 1000), end);
    assert_eq!(over_grpc.unwrap_err().code(), Code::Unavailable);
    assert_eq!(over_http.code, 503);
}
