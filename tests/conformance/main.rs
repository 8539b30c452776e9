//! PostgreSQL as a sink keeps the promises of the kit, on every edition that is here.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use observatory_domain::ids::{LaneId, ProjectId, Sequence};
use observatory_domain::retry::ErrorClass;
use observatory_domain::time::UnixNanos;
use observatory_otlp::OtlpCodec;
use observatory_ports::conformance::{SinkUnderTest, all, entry};
use observatory_ports::driven::{
    Clock, Committed, Event, Migrations, Observer, RecordSink, SinkError,
};
use observatory_ports::{Request, Signal};
use observatory_postgres::{
    Connections, Edition, PoolOptions, PostgresSink, QueryLogging, SinkOptions, SqlxMigrations,
};
use observatory_tests::database::{Kind, TestDatabase};
use observatory_tests::service::PATIENCE;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use tokio_postgres::Client;

struct Still;

impl Clock for Still {
    fn now(&self) -> UnixNanos {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap();
        UnixNanos(u64::try_from(now.as_nanos()).unwrap())
    }
}

impl Observer for Still {
    fn observe(&self, _event: Event) {}
}

struct Postgres {
    sink: PostgresSink,
    client: Client,
    next: AtomicU64,
}

#[async_trait]
impl SinkUnderTest for Postgres {
    fn sink(&self) -> &dyn RecordSink {
        &self.sink
    }

    fn request(&self, good: usize, bad: usize) -> Request {
        let span = |bad: bool| Span {
            trace_id: vec![if bad { 0 } else { 7 }; 16],
            span_id: (self.next.fetch_add(1, Ordering::Relaxed) + 1).to_be_bytes().to_vec(),
            start_time_unix_nano: self.now().0,
            end_time_unix_nano: self.now().0,
            ..Span::default()
        };
        let spans = (0..good + bad).map(|index| span(index >= good)).collect();
        let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
        let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
        let body = ExportTraceServiceRequest { resource_spans }.encode_to_vec().into();
        Request { project: ProjectId(0), signal: Signal::Traces, body }
    }

    fn now(&self) -> UnixNanos {
        Still.now()
    }

    fn lane(&self) -> LaneId {
        LaneId(uuid::Uuid::new_v4().as_u128())
    }

    async fn stored(&self) -> u64 {
        let row = self.client.query_one("SELECT count(*) FROM spans", &[]).await.unwrap();
        u64::try_from(row.get::<_, i64>(0)).unwrap()
    }
}

/// A sink on a new database, and how that lays out `spans`.
async fn open(kind: Kind) -> (TestDatabase, Postgres, String) {
    let database = TestDatabase::of(kind).await;
    let options = PoolOptions {
        min_size: 0,
        max_size: 20,
        wait_max: Duration::from_secs(10),
        idle_max: Duration::from_mins(1),
        lifetime_max: Duration::from_mins(5),
        query_logging: QueryLogging::Off,
    };
    let connections = Connections::new(&database.url().parse().unwrap(), options).unwrap();
    SqlxMigrations::new(connections.queries().clone()).run().await.unwrap();
    let edition = Edition::reconcile(connections.queries(), PATIENCE).await.unwrap();
    let sink_options =
        SinkOptions { message_bytes: 8192, statement_deadline: Duration::from_secs(30) };
    let (clock, observer) = (Arc::new(Still), Arc::new(Still));
    let sink = PostgresSink::new(Arc::new(OtlpCodec), connections, sink_options, clock, observer);
    let test = Postgres { sink, client: database.connect().await, next: AtomicU64::new(0) };
    (database, test, edition.layout)
}

async fn passes_on(kind: Kind) -> String {
    let (database, test, layout) = open(kind).await;
    all(&test).await;
    drop(test);
    database.remove().await;
    layout
}

#[tokio::test]
async fn native_partitions_pass_the_kit() {
    assert_eq!(passes_on(Kind::Plain).await, "partitioned");
}

#[tokio::test]
async fn a_hypertable_passes_the_kit() {
    let probe = TestDatabase::create().await;
    if !probe.has_timescaledb().await {
        return observatory_tests::database::skip("a_hypertable_passes_the_kit", "no TimescaleDB");
    }
    probe.remove().await;
    assert_eq!(passes_on(Kind::Best).await, "hypertable");
}

#[tokio::test]
async fn a_copy_that_fails_before_its_first_row_shifts_no_later_answer() {
    // The driver and the server then disagree on how many answers are due: on the same connection an
    // earlier one could pass for that of COMMIT.
    let (_database, test, _) = open(Kind::Best).await;
    let lane = test.lane();
    let (mut claim, _) = test.sink.claim(lane).await.unwrap();
    for sequence in 1..=5 {
        let batch = [entry(&test, lane, sequence, 2)];
        test.client.batch_execute("ALTER TABLE spans RENAME name TO other").await.unwrap();
        let failed = test.sink.commit(&mut claim, &batch).await;
        let schema = matches!(failed, Err(SinkError::Retry { class: ErrorClass::Schema, .. }));
        assert!(schema, "{failed:?}");
        test.client.batch_execute("ALTER TABLE spans RENAME other TO name").await.unwrap();
        let committed = test.sink.commit(&mut claim, &batch).await.unwrap();
        assert_eq!(committed, Committed { checkpoint: Sequence(sequence), rows: 2 });
        assert_eq!(test.stored().await, sequence * 2, "acknowledged, and not there");
    }
}

#[tokio::test]
async fn a_refused_row_costs_no_connection_and_shifts_no_later_answer() {
    let (_database, test, _) = open(Kind::Best).await;
    let lane = test.lane();
    let (mut claim, _) = test.sink.claim(lane).await.unwrap();
    let backend = async || {
        let pid = "SELECT backend_pid FROM ingest_checkpoint";
        test.client.query_one(pid, &[]).await.unwrap().get::<_, i32>(0)
    };
    let first = backend().await;
    for sequence in 1..=5 {
        let refuse = "ALTER TABLE spans ADD CONSTRAINT none CHECK (name <> '') NOT VALID";
        test.client.batch_execute(refuse).await.unwrap();
        let refused = test.sink.commit(&mut claim, &[entry(&test, lane, sequence, 2)]).await;
        assert!(matches!(refused, Err(SinkError::Poison { .. })), "{refused:?}");
        test.client.batch_execute("ALTER TABLE spans DROP CONSTRAINT none").await.unwrap();
        let committed =
            test.sink.commit(&mut claim, &[entry(&test, lane, sequence, 2)]).await.unwrap();
        assert_eq!(committed, Committed { checkpoint: Sequence(sequence), rows: 2 });
        assert_eq!(test.stored().await, sequence * 2, "acknowledged, and not there");
    }
    assert_eq!(backend().await, first);
}

#[tokio::test]
async fn a_database_that_went_back_behind_the_claim_is_told_from_another_writer() {
    let (_database, test, _) = open(Kind::Best).await;
    let lane = test.lane();
    let (mut claim, _) = test.sink.claim(lane).await.unwrap();
    for sequence in [1, 2] {
        test.sink.commit(&mut claim, &[entry(&test, lane, sequence, 2)]).await.unwrap();
    }
    // As a restore leaves it: the connection gone, and the lane as it was before the claim.
    let restore = "SELECT pg_terminate_backend(backend_pid, 5000) FROM ingest_checkpoint;
        UPDATE ingest_checkpoint SET epoch = epoch - 1, sequence = 1";
    test.client.batch_execute(restore).await.unwrap();
    let gone = test.sink.commit(&mut claim, &[entry(&test, lane, 3, 2)]).await;
    assert!(matches!(gone, Err(SinkError::Retry { .. })), "{gone:?}");
    let told = test.sink.commit(&mut claim, &[entry(&test, lane, 3, 2)]).await;
    assert!(matches!(told, Err(SinkError::Rewound { to: Sequence(1) })), "{told:?}");
    test.sink.commit(&mut claim, &[entry(&test, lane, 2, 2)]).await.unwrap();
}
