//! Partitions never lose a row.

use observatory_tests::database::{Kind, TestDatabase};
use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::Start;
use prost::Message;

const DAY_NANOS: u64 = 86_400_000_000_000;

#[tokio::test]
async fn a_missing_partition_is_made_for_its_rows() {
    let database = TestDatabase::of(Kind::Plain).await;
    let service = Start::into_database(database.url()).ready().await;
    assert!(service.log().contains("spans partitioned"), "{}", service.log());
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let mut spans: Vec<_> = (0..20).map(span).collect();
    for (days, span) in (0..).zip(&mut spans) {
        span.start_time_unix_nano -= days * DAY_NANOS;
    }
    client.send(request(spans.clone()).encode_to_vec().into()).await.unwrap();
    let sql = database.connect().await;
    let count =
        async || -> i64 { sql.query_one("SELECT count(*) FROM spans", &[]).await.unwrap().get(0) };
    assert_eq!(count().await, 20);
    // Somebody drops one under our feet: the next batch for that day makes it again.
    let dropped = "SELECT count(*) FROM observatory_drop_before(now() - interval '10 days')";
    let dropped: i64 = sql.query_one(dropped, &[]).await.unwrap().get(0);
    assert_eq!(dropped, 9);
    for span in &mut spans {
        span.span_id.reverse();
    }
    client.send(request(spans).encode_to_vec().into()).await.unwrap();
    assert_eq!(count().await, 20 - 9 + 20);
}
