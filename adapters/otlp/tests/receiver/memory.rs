//! Bodies are charged to the memory budget as they arrive, and as they are decompressed.

use bytes::Bytes;
use observatory_domain::budget::{MemoryBudget, Reservation};
use observatory_ports::driven::Outcome;
use tonic::Code;
use tonic_types::{RpcStatusExt, StatusExt};

use crate::client::grpc::message;
use crate::client::{grpc, gzip, http};
use crate::fake::FakeIngest;
use crate::service::Service;

/// A budget of which `bytes` are left, and what holds the rest and the one permission to overdraw.
fn budget_with(bytes: u64) -> (MemoryBudget, Reservation, Reservation) {
    let budget = MemoryBudget::new(10_000);
    let (mut held, mut overdrawn) = (budget.open(), budget.open());
    held.grow(10_000).unwrap();
    overdrawn.grow(1).unwrap();
    drop(held);
    let mut held = budget.open();
    held.grow(10_000 - 1 - bytes).unwrap();
    (budget, held, overdrawn)
}

/// Sends the same over both, of which neither may pass.
async fn is_refused(
    service: &Service,
    grpc_headers: &[(&str, &str)],
    frame: Bytes,
    http_headers: &str,
    body: &[u8],
) {
    let status = grpc::export(service.grpc, grpc_headers, frame).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(status.message().contains("INGEST_MEMORY_BYTES"), "{status:?}");
    assert!(status.get_details_retry_info().is_some());

    let answer = http::post(service.http, http_headers, body).await;
    assert_eq!((answer.code, answer.header("retry-after")), (503, Some("1")));
    let status = answer.status();
    assert!(status.message.contains("INGEST_MEMORY_BYTES"), "{status:?}");
    assert!(status.get_details_retry_info().is_some());
    let outcome = Outcome::Unavailable;
    assert_eq!(service.seen.take(), [("grpc", outcome), ("http", outcome)]);
    assert_eq!(service.ingest.slots_open(), 0);
}

#[tokio::test]
async fn a_budget_spent_while_reading_is_told_with_retry_advice() {
    let (budget, held, overdrawn) = budget_with(100);
    let used = budget.bytes_used();
    let mut ingest = FakeIngest::answering(Ok(<_>::default()));
    ingest.budget = budget.clone();
    let service = Service::start(ingest).await;
    let body = [b'x'; 200];
    is_refused(&service, &[], message(0, &body), "", &body).await;
    // What the refused held is given back: a smaller one fits.
    assert_eq!(budget.bytes_used(), used);
    grpc::export(service.grpc, &[], message(0, b"small")).await.unwrap();
    assert_eq!(http::post(service.http, "", b"small").await.code, 200);
    // And so does the same one, once there is room.
    drop((held, overdrawn));
    grpc::export(service.grpc, &[], message(0, &body)).await.unwrap();
    assert_eq!(http::post(service.http, "", &body).await.code, 200);
}

#[tokio::test]
async fn decompression_is_charged_too() {
    let (budget, _held, _overdrawn) = budget_with(100);
    let mut ingest = FakeIngest::answering(Ok(<_>::default()));
    ingest.budget = budget;
    let service = Service::start(ingest).await;
    let body = gzip(&[b'x'; 900]);
    assert!(body.len() < 90, "it fits until it is decompressed");
    let (grpc_headers, http_headers) = ([("grpc-encoding", "gzip")], "content-encoding: gzip\r\n");
    is_refused(&service, &grpc_headers, message(1, &body), http_headers, &body).await;
    // Also while the stream stays open: else what was decompressed is held for nothing until then.
    let status = grpc::stall(service.grpc, &grpc_headers, vec![message(1, &body)]).await;
    let status = status.unwrap_err();
    assert!(status.message().contains("INGEST_MEMORY_BYTES"), "{status:?}");
}
