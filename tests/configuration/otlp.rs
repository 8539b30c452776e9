//! The bounds of requests.

use std::time::Duration;

use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::Service;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tonic::{Code, Status};

use crate::support::{Site, send, timed, until_metric};

/// A request with one span, whose name has so many bytes.
async fn send_large(service: &Service, number: u64, bytes: usize) -> Result<(), Status> {
    let body = request(vec![Span { name: "x".repeat(bytes), ..span(number) }]).encode_to_vec();
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    client.send(body.into()).await.map(drop)
}

pub(crate) async fn a_request_may_have_so_many_bytes() {
    let site = Site::new().await;
    let small = site.with("OTLP_MAX_REQUEST_BYTES", "4KiB").await;
    assert!(send_large(&small, 1, 3000).await.is_ok());
    let status = send_large(&small, 2, 5000).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains("OTLP_MAX_REQUEST_BYTES"), "{status}");
    let large = site.with("OTLP_MAX_REQUEST_BYTES", "8KiB").await;
    assert!(send_large(&large, 2, 5000).await.is_ok());
    assert_eq!(site.spans().await, 2);
}

pub(crate) async fn so_many_requests_are_answered_at_once() {
    for places in [1, 3] {
        let site = Site::new().await;
        let service = site.with("OTLP_MAX_REQUESTS_IN_FLIGHT", &places.to_string()).await;
        site.hold().await;
        let all = futures_util::future::join_all((0..places).map(|it| send(&service, it..it + 1)));
        let one_more = async {
            let taken = u32::try_from(places).unwrap();
            until_metric(&service, "storage_requests_in_flight", taken).await;
            let status = send(&service, 100..101).await.unwrap_err();
            assert_eq!(status.code(), Code::Unavailable, "{status}");
            assert!(status.message().contains("OTLP_MAX_REQUESTS_IN_FLIGHT"), "{status}");
            site.release().await;
        };
        let (all, ()) = tokio::join!(all, one_more);
        assert!(all.iter().all(Result::is_ok), "{all:?}");
    }
}

pub(crate) async fn requests_in_flight_hold_so_many_bytes() {
    const REQUEST: usize = 1_500_000;
    for (budget, second_is_taken) in [("1MiB", false), ("64MiB", true)] {
        let site = Site::new().await;
        let service = site.with("INGEST_MEMORY_BYTES", budget).await;
        site.hold().await;
        // One request may go beyond the budget, but not two.
        let first = send_large(&service, 1, REQUEST);
        let second = async {
            until_metric(&service, "storage_records_in_flight", 1).await;
            let second = send_large(&service, 2, REQUEST);
            let released = async {
                if second_is_taken {
                    until_metric(&service, "storage_records_in_flight", 2).await;
                } else {
                    until_metric(&service, REFUSED, 1).await;
                }
                site.release().await;
            };
            tokio::join!(second, released).0
        };
        let (first, second) = tokio::join!(first, second);
        assert!(first.is_ok(), "{first:?}");
        assert_eq!(second.is_ok(), second_is_taken, "{second:?}");
        if let Err(status) = second {
            assert_eq!(status.code(), Code::Unavailable, "{status}");
            assert!(status.message().contains("INGEST_MEMORY_BYTES"), "{status}");
        }
    }
}

/// Requests that were told to come back.
const REFUSED: &str =
    "storage_requests_total{outcome=\"unavailable\",signal=\"traces\",transport=\"grpc\"}";

pub(crate) async fn an_answer_comes_within_the_deadline() {
    let answered = async |deadline: &str| {
        let site = Site::new().await;
        let service = site.with("REQUEST_DEADLINE", deadline).await;
        site.hold().await;
        let (took, answer) = timed(send(&service, 0..1)).await;
        let status = answer.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("not stored in time"), "{status}");
        took
    };
    let (short, long) = tokio::join!(answered("1"), answered("2500ms"));
    // A tenth before the deadline, so that the client has it by then.
    let [soon, late] = [900, 2250].map(Duration::from_millis);
    assert!(short >= soon && short < late && long >= late, "{short:?}, {long:?}");
}
