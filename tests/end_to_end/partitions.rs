//! Partitions never lose a row.

use observatory_tests::database::{Kind, TestDatabase};
use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

const DAY_NANOS: u64 = 86_400_000_000_000;

#[tokio::test]
async fn a_missing_partition_is_made_for_its_rows() {
    let database = TestDatabase::of(Kind::Plain).await;
    let service = Start::into_database(database.url()).ready().await;
    assert!(service.log().contains("tables partitioned"), "{}", service.log());
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
    let dropped =
        "SELECT count(*) FROM observatory_drop_before('spans', now() - interval '10 days')";
    let dropped: i64 = sql.query_one(dropped, &[]).await.unwrap().get(0);
    assert_eq!(dropped, 9);
    for span in &mut spans {
        span.span_id.reverse();
    }
    client.send(request(spans).encode_to_vec().into()).await.unwrap();
    assert_eq!(count().await, 20 - 9 + 20);
}

#[tokio::test]
async fn a_detached_partition_keeps_its_rows_and_its_name_and_the_day_goes_on() {
    let database = TestDatabase::of(Kind::Plain).await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let sql = database.connect().await;
    let day = "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '20 days', 'YYYYMMDD')";
    let day: String = sql.query_one(day, &[]).await.unwrap().get(0);
    let old = |number| {
        let fresh = span(number);
        Span { start_time_unix_nano: fresh.start_time_unix_nano - 20 * DAY_NANOS, ..fresh }
    };
    let count = async |table: String| -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        sql.query_one(&count, &[]).await.unwrap().get(0)
    };
    // Twice, for the second name may be taken too.
    for (number, table) in (0..).zip([format!("spans_{day}"), format!("spans_{day}_2")]) {
        client.send(request(vec![old(number)]).encode_to_vec().into()).await.unwrap();
        assert_eq!(count(table.clone()).await, 1);
        sql.batch_execute(&format!("ALTER TABLE spans DETACH PARTITION {table}")).await.unwrap();
    }
    client.send(request(vec![old(2)]).encode_to_vec().into()).await.unwrap();
    assert_eq!(count("spans".to_owned()).await, 1);
    assert_eq!(count(format!("spans_{day}")).await, 1);
    // Retention finds it by its bounds, and leaves alone what is not ours any more.
    let drop = "SELECT observatory_drop_before('spans', now() - interval '10 days')";
    let dropped = sql.query(drop, &[]).await.unwrap();
    let dropped: Vec<String> = dropped.iter().map(|it| it.get(0)).collect();
    assert_eq!(dropped, [format!("spans_{day}_3")]);
    assert_eq!(count(format!("spans_{day}_2")).await, 1);
}

#[tokio::test]
async fn partitions_are_days_in_utc_in_every_time_zone_and_with_constraints_of_others() {
    let database = TestDatabase::of(Kind::Plain).await;
    let run = Start::into_database(database.url()).words(&["migrate", "run"]).finish().await;
    assert!(run.0.success(), "{run:?}");
    let sql = database.connect().await;
    let settings = "SET timezone = 'America/Sao_Paulo'; SET datestyle = 'SQL, DMY'; \
                    ALTER TABLE spans ADD CONSTRAINT of_others CHECK (name <> 'x')";
    sql.batch_execute(settings).await.unwrap();
    // Midnight of 2018-11-04 did not exist there.
    let ensure =
        "SELECT observatory_ensure_partitions('spans', DATE '2018-11-01', DATE '2018-11-08')";
    for expected in [8, 0] {
        let created: i32 = sql.query_one(ensure, &[]).await.unwrap().get(0);
        assert_eq!(created, expected);
    }
    let odd = "SELECT count(*) FROM observatory_partitions('spans') \
               WHERE closes - opens <> interval '24 hours' OR extract(epoch FROM opens) % 86400 <> 0";
    assert_eq!(sql.query_one(odd, &[]).await.unwrap().get::<_, i64>(0), 0);
}
