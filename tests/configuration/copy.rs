//! Batches, their transactions, and what happens when one fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join_all, select};
use observatory_tests::otlp::GrpcClient;
use observatory_tests::proxy::{Fate, Proxy};
use observatory_tests::service::{Service, until};
use serde_json::Value;
use tonic::Code;

use crate::support::{Site, body, send, timed, until_metric};

pub(crate) async fn batches_have_so_many_rows() {
    for (rows, batches) in [("50", 4), ("10000", 1)] {
        let site = Site::new().await;
        let start = site.start().set("COPY_BATCH_SIZE", rows).set("COPY_LANES", "1");
        let service = start.ready().await;
        site.hold().await;
        let first = send(&service, 0..1);
        let others = async {
            // The lane is busy with the first one, while the others gather behind it.
            until_metric(&service, "storage_records_in_flight", 1).await;
            let sent = join_all((0..20).map(|it| send(&service, 10 * it..10 * it + 10)));
            let released = async {
                until_metric(&service, "storage_records_in_flight", 201).await;
                site.release().await;
            };
            tokio::join!(sent, released).0
        };
        let (first, others) = tokio::join!(first, others);
        assert!(first.is_ok() && others.iter().all(Result::is_ok), "{first:?} {others:?}");
        assert_eq!(service.metric("storage_copy_batch_size_sum").await, Some(201.0));
        let count = service.metric("storage_copy_batch_size_count").await;
        assert_eq!(count, Some(f64::from(1 + batches)), "batches of {rows} rows");
    }
}

pub(crate) async fn a_batch_waits_so_long_for_requests_on_their_way() {
    // Under the same load, one service never waits and the other for as long as it takes.
    let (never, always) = (Site::new().await, Site::new().await);
    let start = |site: &Site, interval| {
        let start = site.start().set("COPY_FLUSH_INTERVAL", interval);
        start.set("COPY_LANES", "1").ready()
    };
    let (never, always) = tokio::join!(start(&never, "0"), start(&always, "1m"));
    let batches = async |service: &Service, reason: &str| {
        let series = format!("storage_batches_total{{reason=\"{reason}\"}}");
        service.metric(&series).await.unwrap_or_default()
    };
    let load = async |service: &Service| {
        join_all((0..4).map(async |client| {
            let mut grpc = GrpcClient::connect(service.address("grpc")).await;
            loop {
                grpc.send(body(1000 * client..1000 * (client + 1)).into()).await.unwrap();
            }
        }))
        .await;
    };
    let seen = async {
        until("batches end although more is on its way", async || {
            batches(&never, "age").await >= 3.0 && batches(&always, "quiet").await >= 3.0
        })
        .await;
    };
    let load = async { tokio::join!(load(&never), load(&always)) };
    select(std::pin::pin!(seen), std::pin::pin!(load)).await;
    assert_eq!(batches(&always, "age").await.to_bits(), 0, "a minute is not over");
}

pub(crate) async fn messages_have_so_many_bytes() {
    for bytes in [1024, 65_536] {
        let site = Site::new().await;
        let largest = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&largest);
        let judge = move |kind, body: &[u8]| {
            if kind == b'd' {
                seen.fetch_max(body.len(), Ordering::Relaxed);
            }
            Fate::Passed
        };
        let proxy = Proxy::start(&site.url, 0, judge).await;
        let start = site.start().set("DATABASE_URL", &proxy.url);
        let service = start.set("COPY_BUFFER_SIZE", &bytes.to_string()).ready().await;
        send(&service, 0..500).await.unwrap();
        assert_eq!(largest.load(Ordering::Relaxed), bytes);
        assert_eq!(site.spans().await, 500);
    }
}

/// Lets every batch fail in a way that may pass; a sequence counts, for it knows no rollback.
const FAIL: &str = "CREATE SEQUENCE attempts;
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('attempts');
        RAISE 'made to fail' USING ERRCODE = '40P01';
    END $$;
    CREATE TRIGGER fail BEFORE INSERT ON spans FOR EACH ROW EXECUTE FUNCTION fail()";

const ATTEMPTS: &str = "SELECT last_value FROM attempts";

pub(crate) async fn a_batch_is_tried_again_so_often() {
    let site = Site::new().await;
    let mut attempts = 0;
    for (index, retries) in [0, 3].into_iter().enumerate() {
        let start = site.start().set("COPY_MAX_RETRIES", &retries.to_string());
        let service = start.set("COPY_RETRY_DELAY_MS", "10").ready().await;
        if index == 0 {
            site.execute(FAIL).await;
        }
        let status = send(&service, 0..1).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        attempts += 1 + retries;
        assert_eq!(site.number(ATTEMPTS).await, attempts);
        let failed = service.metric("storage_copy_errors_total{class=\"transient\"}").await;
        assert_eq!(failed.map(|it| it.to_string()), Some((1 + retries).to_string()));
    }
}

pub(crate) async fn attempts_are_so_far_apart() {
    let site = Site::new().await;
    for (index, delay) in [1, 600].into_iter().enumerate() {
        let start = site.start().set("COPY_RETRY_DELAY_MS", &delay.to_string());
        let service = start.set("COPY_MAX_RETRIES", "2").ready().await;
        if index == 0 {
            site.execute(FAIL).await;
        }
        send(&service, 0..1).await.unwrap_err();
        let times = failures(&service);
        let gaps: Vec<_> = times.windows(2).map(|it| it[1] - it[0]).collect();
        assert_eq!(gaps.len(), 2, "{}", service.log());
        // The upper half of a pause is random, and the second is twice the first.
        assert!(gaps[0] >= delay / 2 && gaps[1] >= delay, "{delay} ms: {gaps:?}");
        if delay == 1 {
            assert!(gaps.iter().sum::<u64>() < 900, "{gaps:?}");
        }
    }
}

/// When batches failed, in ms of the log's day.
fn failures(service: &Service) -> Vec<u64> {
    let log = service.log();
    let failed = log.lines().filter(|it| it.contains("a batch failed"));
    let times = failed.map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let (_, time) = line["timestamp"].as_str().unwrap().split_once('T').unwrap();
        let parts: Vec<f64> =
            time.trim_end_matches('Z').split(':').map(|it| it.parse().unwrap()).collect();
        let seconds = parts.iter().fold(0.0, |sum, it| sum * 60.0 + it);
        u64::try_from(Duration::from_secs_f64(seconds).as_millis()).unwrap()
    });
    times.collect()
}

pub(crate) async fn so_many_lanes_write() {
    for lanes in [1, 3] {
        let site = Site::new().await;
        let service = site.with("COPY_LANES", &lanes.to_string()).await;
        until_metric(&service, "storage_lanes_ready", lanes).await;
        assert_eq!(site.number("SELECT count(*) FROM ingest_checkpoint").await, i64::from(lanes));
        // Resource and scope are there: else the lanes would wait for the one that inserts them.
        send(&service, 0..1).await.unwrap();
        // All of them at once, each in a transaction that waits.
        site.hold().await;
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE relation = 'spans'::regclass AND NOT granted";
        let load = join_all((0..6).map(|it| send(&service, it..it + 1)));
        let seen = async {
            until("all write", async || site.number(waiting).await == i64::from(lanes)).await;
            until_metric(&service, "storage_records_in_flight", 6).await;
            assert_eq!(site.number(waiting).await, i64::from(lanes));
            site.release().await;
        };
        let (sent, ()) = tokio::join!(load, seen);
        assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    }
}

pub(crate) async fn a_statement_may_take_so_long() {
    let held = async |deadline: &str| {
        let site = Site::new().await;
        let start = site.start().set("DB_STATEMENT_DEADLINE", deadline);
        let service = start.set("COPY_MAX_RETRIES", "0").ready().await;
        site.hold().await;
        let (took, answer) = timed(send(&service, 0..1)).await;
        assert_eq!(answer.unwrap_err().code(), Code::Unavailable);
        assert!(service.log().contains("a batch failed"), "{}", service.log());
        took
    };
    let (short, long) = tokio::join!(held("1"), held("2500ms"));
    assert!(short >= Duration::from_secs(1) && short < Duration::from_millis(2500), "{short:?}");
    assert!(long >= Duration::from_millis(2500), "{long:?}");
}
