//! What is not stored is answered with a reason, and with retry advice only if it can help.

use std::time::Duration;

use observatory_ports::driven::{Malformed, Outcome};
use observatory_ports::driving::{Busy, IngestError};
use tonic::Code;
use tonic_types::{RpcStatusExt, StatusExt};

use crate::client::grpc::message;
use crate::client::{grpc, http};
use crate::fake::FakeIngest;
use crate::service::Service;

const BUSY: Busy = Busy { reason: "the database is away", retry_after: Duration::from_secs(7) };

/// Bad data: the same reason in the message and in the detail, no advice.
async fn is_told_that_it_is_bad(error: IngestError, reason: &str) {
    let service = Service::start(FakeIngest::answering(Err(error))).await;
    let status = grpc::export(service.grpc, &[], message(0, b"body")).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::InvalidArgument, reason));
    let detail = status.get_details_bad_request().unwrap();
    assert_eq!(detail.field_violations[0].description, reason);
    assert!(status.get_details_retry_info().is_none());
    assert_eq!(service.seen.take(), [("grpc", Outcome::Invalid)]);

    let answer = http::post(service.http, "", b"body").await;
    assert_eq!((answer.code, answer.header("retry-after")), (400, None));
    let status = answer.status();
    assert_eq!(Code::from(status.code), Code::InvalidArgument);
    assert_eq!(status.message, reason);
    let again = status.get_details_bad_request().unwrap();
    assert_eq!(again.field_violations[0].description, reason);
    assert!(status.get_details_retry_info().is_none());
    assert_eq!(service.seen.take(), [("http", Outcome::Invalid)]);
    assert_eq!(service.ingest.slots_open(), 0);
}

/// Not now: the same advice in every place where a client may look.
async fn is_told_to_come_back(ingest: FakeIngest) {
    let service = Service::start(ingest).await;
    let status = grpc::export(service.grpc, &[], message(0, b"body")).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, BUSY.reason));
    let advice = status.get_details_retry_info().unwrap();
    assert_eq!(advice.retry_delay, Some(BUSY.retry_after));
    assert_eq!(service.seen.take(), [("grpc", Outcome::Unavailable)]);

    let answer = http::post(service.http, "", b"body").await;
    assert_eq!((answer.code, answer.header("retry-after")), (503, Some("7")));
    let status = answer.status();
    assert_eq!(Code::from(status.code), Code::Unavailable);
    assert_eq!(status.message, BUSY.reason);
    let again = status.get_details_retry_info().unwrap();
    assert_eq!(again.retry_delay, advice.retry_delay);
    assert_eq!(service.seen.take(), [("http", Outcome::Unavailable)]);
    assert_eq!(service.ingest.slots_open(), 0);
}

#[tokio::test]
async fn a_malformed_request_is_told_where() {
    let malformed = Malformed { offset: 12, reason: "a field of no type".to_owned() };
    let reason = "malformed request at byte 12: a field of no type";
    is_told_that_it_is_bad(malformed.into(), reason).await;
}

#[tokio::test]
async fn what_the_database_refuses_is_not_sent_again() {
    let poison = IngestError::Poison("22021: invalid byte sequence".to_owned());
    let reason = "the database refuses the request's content: 22021: invalid byte sequence";
    is_told_that_it_is_bad(poison, reason).await;
}

#[tokio::test]
async fn a_request_that_is_not_admitted_is_sent_again() {
    let mut ingest = FakeIngest::answering(Ok(<_>::default()));
    ingest.admission = Err(BUSY);
    is_told_to_come_back(ingest).await;
}

#[tokio::test]
async fn a_request_that_is_not_stored_in_time_is_sent_again() {
    is_told_to_come_back(FakeIngest::answering(Err(BUSY.into()))).await;
}
