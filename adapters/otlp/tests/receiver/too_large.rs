//! A request is bounded before and after decompression, and never sent again when it is too large.

use std::time::Duration;

use bytes::Bytes;
use observatory_otlp::ReceiverOptions;
use observatory_ports::driven::Outcome;
use observatory_ports::driving::Busy;
use tonic::{Code, Status};
use tonic_types::{RpcStatusExt, StatusExt, pb};

use crate::client::grpc::message;
use crate::client::{grpc, gzip, http};
use crate::fake::FakeIngest;
use crate::service::{OPTIONS, Service};

const MAX: usize = OPTIONS.request_bytes_max;

async fn service() -> Service {
    Service::start(FakeIngest::answering(Ok(<_>::default()))).await
}

fn over_grpc_is_too_large(status: &Status) {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert!(status.message().contains("OTLP_MAX_REQUEST_BYTES"), "{status:?}");
    assert!(status.get_details_retry_info().is_none());
}

fn over_http_is_too_large(answer: &http::Answer) {
    assert_eq!((answer.code, answer.header("retry-after")), (413, None));
    let status: pb::Status = answer.status();
    assert_eq!(Code::from(status.code), Code::ResourceExhausted);
    assert!(status.message.contains("OTLP_MAX_REQUEST_BYTES"), "{status:?}");
    assert!(status.get_details_retry_info().is_none());
}

#[tokio::test]
async fn a_request_of_the_bound_passes_and_one_byte_more_does_not() {
    let service = service().await;
    let bound = vec![b'x'; MAX];
    grpc::export(service.grpc, &[], message(0, &bound)).await.unwrap();
    assert_eq!(http::post(service.http, "", &bound).await.code, 200);
    service.seen.take();

    let larger = vec![b'x'; MAX + 1];
    let refused = grpc::export(service.grpc, &[], message(0, &larger)).await;
    over_grpc_is_too_large(&refused.unwrap_err());
    over_http_is_too_large(&http::post(service.http, "", &larger).await);
    let outcome = Outcome::TooLarge;
    assert_eq!(service.seen.take(), [("grpc", outcome), ("http", outcome)]);
    assert_eq!(service.ingest.bodies().len(), 2);
    assert_eq!(service.ingest.slots_open(), 0);
}

#[tokio::test]
async fn a_request_that_says_that_it_is_larger_is_refused_for_that() {
    let service = service().await;
    over_http_is_too_large(&http::break_off(service.http, MAX + 1, &[]).await);
    assert_eq!(service.seen.take(), [("http", Outcome::TooLarge)]);
    assert_eq!(service.ingest.bodies().len(), 0);
}

#[tokio::test]
async fn a_client_that_sends_far_more_than_the_bound_still_reads_the_answer() {
    let service = service().await;
    // More than sockets hold: it is still sending when it is refused.
    over_http_is_too_large(&http::post(service.http, "", &vec![b'x'; 30_000_000]).await);
    assert_eq!(service.seen.take(), [("http", Outcome::TooLarge)]);
}

#[tokio::test]
async fn a_client_that_is_refused_while_it_sends_reads_when_to_come_again() {
    let busy = Busy { reason: "no place", retry_after: Duration::from_secs(7) };
    let mut ingest = FakeIngest::answering(Ok(<_>::default()));
    ingest.admission = Err(busy);
    let options = ReceiverOptions { request_bytes_max: 64_000_000, ..OPTIONS };
    let service = Service::start_with(ingest, options).await;
    let answer = http::post(service.http, "", &vec![b'x'; 30_000_000]).await;
    assert_eq!((answer.code, answer.header("retry-after")), (503, Some("7")));
}

#[tokio::test]
async fn a_client_that_waits_for_leave_to_send_is_refused_at_once() {
    let service = service().await;
    let headers = format!("content-type: {}\r\nexpect: 100-continue\r\n", http::PROTOBUF);
    let answer = http::ask(service.http, "POST /v1/traces", &headers, MAX + 1).await;
    over_http_is_too_large(&answer);
}

#[tokio::test]
async fn a_client_that_got_leave_to_send_reads_when_to_come_again() {
    let ingest = FakeIngest::answering(Ok(<_>::default()));
    let mut other = ingest.budget.open();
    other.grow(2 << 30).unwrap();
    let options = ReceiverOptions { request_bytes_max: 64_000_000, ..OPTIONS };
    let service = Service::start_with(ingest, options).await;
    let answer = http::send_with_leave(service.http, &vec![b'x'; 30_000_000]).await;
    assert_eq!((answer.code, answer.header("retry-after")), (503, Some("1")));
}

#[tokio::test]
async fn the_bound_holds_after_decompression() {
    let service = service().await;
    let headers = [("grpc-encoding", "gzip")];
    let (bound, larger) = (gzip(&vec![b'x'; MAX]), gzip(&vec![b'x'; MAX + 1]));
    assert!(larger.len() < 100);
    grpc::export(service.grpc, &headers, message(1, &bound)).await.unwrap();
    let encoding = "content-encoding: gzip\r\n";
    assert_eq!(http::post(service.http, encoding, &bound).await.code, 200);
    service.seen.take();

    let refused = grpc::export(service.grpc, &headers, message(1, &larger)).await;
    over_grpc_is_too_large(&refused.unwrap_err());
    over_http_is_too_large(&http::post(service.http, encoding, &larger).await);
    let outcome = Outcome::TooLarge;
    assert_eq!(service.seen.take(), [("grpc", outcome), ("http", outcome)]);
    assert_eq!(service.ingest.bodies(), [Bytes::from(vec![b'x'; MAX]), vec![b'x'; MAX].into()]);
}
