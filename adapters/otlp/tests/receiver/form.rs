//! Requests in another form than the one that is spoken here.

use futures_util::stream;
use observatory_ports::driven::Outcome;
use tonic::Code;

use crate::client::grpc::{EXPORT, message};
use crate::client::{grpc, http};
use crate::fake::FakeIngest;
use crate::service::Service;

async fn service() -> Service {
    Service::start(FakeIngest::answering(Ok(<_>::default()))).await
}

#[tokio::test]
async fn a_content_type_has_no_case_and_may_have_parameters() {
    let service = service().await;
    for content_type in [
        "application/x-protobuf; charset=utf-8",
        "Application/X-Protobuf",
        "application/x-protobuf ;a=b",
    ] {
        let header = format!("content-type: {content_type}\r\n");
        let answer = http::send(service.http, "POST /v1/traces", &header, b"body").await;
        assert_eq!(answer.code, 200, "{content_type}");
        assert_eq!(answer.header("content-type"), Some(http::PROTOBUF));
    }
}

#[tokio::test]
async fn another_content_type_is_told_what_to_send_instead() {
    let service = service().await;
    for header in ["content-type: application/xml\r\n", ""] {
        let answer = http::send(service.http, "POST /v1/traces", header, b"{}").await;
        assert_eq!((answer.code, answer.header("retry-after")), (415, None));
        assert!(
            answer.text().contains("send application/x-protobuf or application/json"),
            "{answer:?}"
        );
        assert_eq!(service.seen.take(), [("http", Outcome::Invalid)]);
    }
    assert!(service.ingest.bodies().is_empty());
}

#[tokio::test]
async fn a_wrong_path_or_method_is_told_the_right_one() {
    let service = service().await;
    for (line, code) in [("POST /v1/nothing", 404), ("POST /", 404), ("GET /v1/traces", 405)] {
        let answer = http::send(service.http, line, "", b"").await;
        assert_eq!(answer.code, code, "{line}");
        assert!(answer.text().contains("POST /v1/traces"), "{answer:?}");
    }
}

#[tokio::test]
async fn an_unknown_grpc_method_or_service_is_unimplemented() {
    let service = service().await;
    let other = EXPORT.replace("Export", "Import");
    for path in [
        other.as_str(),
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
    ] {
        let body = stream::iter([message(0, b"body")]);
        let status = grpc::call(service.grpc, path, &[], body).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
    assert!(service.ingest.bodies().is_empty());
}

#[tokio::test]
async fn what_is_no_grpc_message_is_bad_data() {
    let service = service().await;
    let cut = message(0, b"body").slice(..6);
    for body in [vec![], vec![cut], vec![message(7, b"body")], vec![message(1, b"body")]] {
        let status = grpc::call(service.grpc, EXPORT, &[], stream::iter(body)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert_eq!(service.seen.take(), [("grpc", Outcome::Invalid)]);
    }
    assert_eq!(service.ingest.slots_open(), 0);
}
