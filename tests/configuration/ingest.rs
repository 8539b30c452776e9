//! The span of time that records may come from.

use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::Service;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::support::Site;

const HOUR_NANOS: i64 = 3_600_000_000_000;

/// Sends a span that starts so many hours from now; tells why it was refused.
async fn refusal(service: &Service, hours: i64) -> Option<String> {
    let now = span(1);
    let start = now.start_time_unix_nano.checked_add_signed(hours * HOUR_NANOS).unwrap();
    let moved = Span { start_time_unix_nano: start, end_time_unix_nano: start + 1, ..now };
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let answer = client.send(request(vec![moved]).encode_to_vec().into()).await.unwrap();
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
