//! Compressions: gzip is spoken, in any case of its name; broken gzip is bad data.

use futures_util::stream;
use observatory_ports::driven::Outcome;
use tonic::Code;
use tonic_types::{RpcStatusExt, StatusExt};

use crate::client::grpc::{EXPORT, message};
use crate::client::{grpc, gzip, http};
use crate::fake::FakeIngest;
use crate::service::Service;

async fn service() -> Service {
    Service::start(FakeIngest::answering(Ok(<_>::default()))).await
}

#[tokio::test]
async fn the_name_of_gzip_has_no_case_over_http() {
    let service = service().await;
    for name in ["gzip", "GZIP", "x-gzip"] {
        let encoding = format!("Content-Encoding: {name}\r\n");
        assert_eq!(http::post(service.http, &encoding, &gzip(b"body")).await.code, 200, "{name}");
    }
    for name in ["identity", "Identity", ""] {
        let encoding = format!("Content-Encoding: {name}\r\n");
        assert_eq!(http::post(service.http, &encoding, b"body").await.code, 200, "{name}");
    }
    assert_eq!(service.ingest.bodies(), [&b"body"[..]; 6]);
}

#[tokio::test]
async fn broken_gzip_is_bad_data() {
    let service = service().await;
    let whole = gzip(b"body");
    for broken in [b"no gzip at all".as_slice(), &whole[..whole.len() - 1]] {
        let headers = [("grpc-encoding", "gzip")];
        let refused = grpc::export(service.grpc, &headers, message(1, broken)).await;
        let status = refused.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert!(status.get_details_bad_request().is_some());

        let answer = http::post(service.http, "content-encoding: gzip\r\n", broken).await;
        assert_eq!(answer.code, 400);
        assert!(answer.status().get_details_bad_request().is_some());
        let outcome = Outcome::Invalid;
        assert_eq!(service.seen.take(), [("grpc", outcome), ("http", outcome)]);
    }
    assert!(service.ingest.bodies().is_empty());
    assert_eq!(service.ingest.slots_open(), 0);
}

#[tokio::test]
async fn an_unknown_compression_is_named() {
    let service = service().await;
    let headers = [("grpc-encoding", "deflate")];
    let body = stream::iter([message(1, b"body")]);
    let status = grpc::call(service.grpc, EXPORT, &headers, body).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("deflate"), "{status:?}");
    assert_eq!(status.metadata().get("grpc-accept-encoding").unwrap(), "gzip,zstd,identity");
    assert_eq!(service.seen.take(), [("grpc", Outcome::Invalid)]);

    let answer = http::post(service.http, "content-encoding: deflate\r\n", b"body").await;
    assert_eq!((answer.code, answer.header("retry-after")), (415, None));
    let status = answer.status();
    assert_eq!(Code::from(status.code), Code::Unimplemented);
    assert!(status.message.contains("\"deflate\""), "{status:?}");
    assert!(status.get_details_retry_info().is_none());
    assert_eq!(service.seen.take(), [("http", Outcome::Invalid)]);
}
