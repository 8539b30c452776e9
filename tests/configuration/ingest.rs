//! The span of time that records may come from, and the size of their attributes.

use observatory_tests::otlp::{GrpcClient, attribute, request, span};
use observatory_tests::service::Service;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::support::Site;

const HOUR_NANOS: i64 = 3_600_000_000_000;

/// Sends a span that starts so many hours from now; tells why it was refused.
async fn refusal(service: &Service, hours: i64) -> Option<String> {
    let now = span(1);
    let start = now.start_time_unix_nano.checked_add_signed(hours * HOUR_NANOS).unwrap();
    refusal_of(service, Span { start_time_unix_nano: start, end_time_unix_nano: start + 1, ..now })
        .await
}

async fn refusal_of(service: &Service, sent: Span) -> Option<String> {
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let answer = client.send(request(vec![sent]).encode_to_vec().into()).await.unwrap();
    let answer = ExportTraceServiceResponse::decode(answer).unwrap();
    answer.partial_success.map(|it| it.error_message)
}

pub(crate) async fn the_future_ends_here() {
    let site = Site::new().await;
    let (near, far) =
        tokio::join!(site.with("INGEST_MAX_FUTURE", "1h"), site.with("INGEST_MAX_FUTURE", "5h"),);
    for (service, hours, stored) in
        [(&near, 0, true), (&near, 3, false), (&far, 3, true), (&far, 6, false)]
    {
        assert_eq!(refusal(service, hours).await.is_none(), stored, "{hours} h");
    }
    assert_eq!(site.spans().await, 2);
}

pub(crate) async fn the_past_ends_here() {
    let site = Site::new().await;
    let (near, far) =
        tokio::join!(site.with("INGEST_MAX_AGE", "1d"), site.with("INGEST_MAX_AGE", "4d"));
    for (service, hours, stored) in
        [(&near, -1, true), (&near, -48, false), (&far, -48, true), (&far, -120, false)]
    {
        assert_eq!(refusal(service, hours).await.is_none(), stored, "{hours} h");
    }
    assert_eq!(site.spans().await, 2);
}

pub(crate) async fn a_record_may_have_so_many_attributes() {
    let site = Site::new().await;
    let (few, many) = tokio::join!(
        site.with("INGEST_MAX_ATTRIBUTES", "10"),
        site.with("INGEST_MAX_ATTRIBUTES", "20")
    );
    for (service, count, stored) in [(&few, 10, true), (&few, 15, false), (&many, 15, true)] {
        let named = |number| attribute(&format!("a{number}"), Value::IntValue(1));
        let attributes = (0..count).map(named).collect();
        let refused = refusal_of(service, Span { attributes, ..span(1) }).await;
        assert_eq!(refused.is_none(), stored, "{count}: {refused:?}");
    }
    assert_eq!(site.spans().await, 2);
}

pub(crate) async fn an_attribute_may_have_so_many_bytes() {
    let site = Site::new().await;
    let (small, large) = tokio::join!(
        site.with("INGEST_MAX_ATTRIBUTE_BYTES", "2KiB"),
        site.with("INGEST_MAX_ATTRIBUTE_BYTES", "4KiB")
    );
    for (service, bytes, stored) in
        [(&small, 2000, true), (&small, 3000, false), (&large, 3000, true)]
    {
        let attributes = vec![attribute("text", Value::StringValue("x".repeat(bytes)))];
        let refused = refusal_of(service, Span { attributes, ..span(1) }).await;
        assert_eq!(refused.is_none(), stored, "{bytes}: {refused:?}");
    }
    assert_eq!(site.spans().await, 2);
}
