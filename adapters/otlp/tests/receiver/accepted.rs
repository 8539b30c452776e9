//! What is stored is answered with success, whole or partial.

use bytes::Bytes;
use observatory_domain::ids::{BadId, Ordinal};
use observatory_domain::intake::{RecordSet, Refusal};
use observatory_ports::driven::Outcome;
use observatory_ports::driving::Accepted;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use crate::client::grpc::message;
use crate::client::{grpc, gzip, http};
use crate::fake::FakeIngest;
use crate::service::Service;

fn partial() -> FakeIngest {
    let mut refused = RecordSet::default();
    refused.insert(Ordinal(1), Refusal::TraceId(BadId::Zero));
    refused.insert(Ordinal(4), Refusal::SpanId(BadId::Length { found: 3, expected: 8 }));
    FakeIngest::answering(Ok(Accepted { records: 5, refused }))
}

fn whole() -> FakeIngest {
    FakeIngest::answering(Ok(Accepted::default()))
}

#[tokio::test]
async fn full_success_leaves_partial_success_unset() {
    let service = Service::start(whole()).await;
    let answer = grpc::export(service.grpc, &[], message(0, b"body")).await.unwrap();
    assert_eq!(answer, ExportTraceServiceResponse { partial_success: None });
    assert_eq!(service.seen.take(), [("grpc", Outcome::Accepted)]);

    let answer = http::post(service.http, "", b"body").await;
    assert_eq!(answer.code, 200);
    assert_eq!(answer.header("content-type"), Some(http::PROTOBUF));
    assert_eq!(answer.body, b"");
    assert_eq!(service.seen.take(), [("http", Outcome::Accepted)]);
    assert_eq!(service.ingest.bodies(), [&b"body"[..], b"body"]);
    service.stop().await;
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let service = Service::start(whole()).await;
    assert!(grpc::export(service.grpc, &[], message(0, b"")).await.is_ok());
    assert_eq!(http::post(service.http, "", b"").await.code, 200);
    assert_eq!(service.ingest.bodies(), [&b""[..], b""]);
}

#[tokio::test]
async fn partial_success_counts_the_refused_and_says_why() {
    let service = Service::start(partial()).await;
    let over_grpc = grpc::export(service.grpc, &[], message(0, b"body")).await.unwrap();
    let over_http = http::post(service.http, "", b"body").await;
    assert_eq!(over_http.code, 200);
    assert_eq!(ExportTraceServiceResponse::decode(&*over_http.body).unwrap(), over_grpc);
    let partial = over_grpc.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 2);
    let expected = "2 refused; record 1: trace_id is all zero; \
                    record 4: span_id has 3 bytes instead of 8";
    assert_eq!(partial.error_message, expected);
    assert_eq!(service.seen.take(), [("grpc", Outcome::Partial), ("http", Outcome::Partial)]);
}

#[tokio::test]
async fn what_is_stored_is_the_decompressed_body() {
    let service = Service::start(whole()).await;
    let body = gzip(b"decompressed");
    let headers = [("grpc-encoding", "gzip")];
    grpc::export(service.grpc, &headers, message(1, &body)).await.unwrap();
    // The header says which compression there may be, the flag whether there is any.
    grpc::export(service.grpc, &headers, message(0, b"plain")).await.unwrap();
    assert_eq!(http::post(service.http, "content-encoding: gzip\r\n", &body).await.code, 200);
    let expected: [Bytes; 3] = ["decompressed".into(), "plain".into(), "decompressed".into()];
    assert_eq!(service.ingest.bodies(), expected);
}
