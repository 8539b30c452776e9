//! What happens when the database or the service ends under load.
//!
//! Goal: everything that was acknowledged is there, once; everything else was told to come back.
//! Method: senders note each acknowledged span; at the end the table is compared with their notes.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod doubt;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use observatory_tests::database::{OwnServer, TestDatabase, connect, skipped_without_engine};
use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::{Service, Start, until};
use prost::Message;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::Code;

/// Spans in one request.
const SPANS: u64 = 20;

/// Senders that note what was acknowledged.
struct Load {
    acknowledged: Arc<Mutex<BTreeSet<u64>>>,
    refused: Arc<AtomicU64>,
    stop: CancellationToken,
    senders: JoinSet<()>,
}

impl Load {
    fn start(address: &str, senders: usize) -> Self {
        let load = Self {
            acknowledged: Arc::default(),
            refused: Arc::default(),
            stop: CancellationToken::new(),
            senders: JoinSet::new(),
        };
        let next = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..senders {
            let (address, next) = (address.to_owned(), Arc::clone(&next));
            let (acknowledged, refused) =
                (Arc::clone(&load.acknowledged), Arc::clone(&load.refused));
            let stop = load.stop.clone();
            tasks.spawn(async move {
                let mut client = GrpcClient::connect(&address).await;
                while !stop.is_cancelled() {
                    let first = next.fetch_add(SPANS, Ordering::Relaxed);
                    let spans = (first..first + SPANS).map(span).collect();
                    match client.send(request(spans).encode_to_vec().into()).await {
                        Ok(_) => acknowledged.lock().unwrap().extend(first..first + SPANS),
                        Err(status) => {
                            // The service is going, or the database is: come back, never «lost».
                            let again = [Code::Unavailable, Code::Cancelled, Code::Unknown];
                            assert!(again.contains(&status.code()), "{status:?}");
                            refused.fetch_add(1, Ordering::Relaxed);
                            if status.code() != Code::Unavailable {
                                return;
                            }
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                }
            });
        }
        Self { senders: tasks, ..load }
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    async fn until_acknowledged(&self, more: usize) {
        let from = self.acknowledged();
        until("more spans are acknowledged", async || self.acknowledged() >= from + more).await;
    }

    async fn end(mut self) -> BTreeSet<u64> {
        self.stop.cancel();
        while let Some(ended) = self.senders.join_next().await {
            ended.unwrap();
        }
        Arc::into_inner(self.acknowledged).unwrap().into_inner().unwrap()
    }
}

/// Numbers of the stored spans, each as often as it is there.
async fn stored(url: &str) -> Vec<u64> {
    let sql = "SELECT substr(name, 6)::bigint FROM spans ORDER BY 1";
    let rows = connect(url).await.unwrap().query(sql, &[]).await.unwrap();
    rows.iter().map(|row| u64::try_from(row.get::<_, i64>(0)).unwrap()).collect()
}

async fn everything_acknowledged_is_there_once(url: &str, acknowledged: &BTreeSet<u64>) {
    let stored = stored(url).await;
    let distinct: BTreeSet<_> = stored.iter().copied().collect();
    assert_eq!(stored.len(), distinct.len(), "something is stored twice");
    let lost: Vec<_> = acknowledged.difference(&distinct).take(5).collect();
    assert!(lost.is_empty(), "acknowledged but not stored: {lost:?} …");
}

async fn health_code(service: &Service) -> u16 {
    service.health().await.0
}

#[tokio::test]
async fn a_database_that_stops_under_load_loses_nothing_and_is_found_again() {
    let Some(server) = OwnServer::start().await else {
        return skipped_without_engine(
            "a_database_that_stops_under_load_loses_nothing_and_is_found_again",
        );
    };
    let mut service = Start::into_database(server.url()).ready().await;
    let load = Load::start(service.address("grpc"), 4);
    load.until_acknowledged(500).await;
    assert_eq!(health_code(&service).await, 200);
    for kill in [false, true] {
        if kill {
            server.kill().await;
        } else {
            server.stop().await;
        }
        until("health tells of the outage", async || health_code(&service).await == 503).await;
        let refused = load.refused.load(Ordering::Relaxed);
        until("clients are told to come back", async || {
            load.refused.load(Ordering::Relaxed) > refused
        })
        .await;
        let (head, _status) = service.post_traces(&request(vec![span(0)]).encode_to_vec()).await;
        assert!(head.starts_with("HTTP/1.1 503"), "{head}");
        assert!(head.to_ascii_lowercase().contains("\r\nretry-after: "), "{head}");
        assert_eq!(service.get("api", "/health/live").await.unwrap().0, 200);
        server.restart().await;
        load.until_acknowledged(500).await;
        until("health tells of the recovery", async || health_code(&service).await == 200).await;
    }
    assert!(service.is_running());
    let acknowledged = load.end().await;
    everything_acknowledged_is_there_once(server.url(), &acknowledged).await;
}

#[tokio::test]
async fn a_frozen_database_is_answered_for_within_the_deadline() {
    let Some(server) = OwnServer::start().await else {
        return skipped_without_engine("a_frozen_database_is_answered_for_within_the_deadline");
    };
    let service = Start::into_database(server.url()).set("REQUEST_DEADLINE", "2s").ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let body = |number| request(vec![span(number)]).encode_to_vec();
    client.send(body(0).into()).await.unwrap();
    server.pause().await;
    let asked = std::time::Instant::now();
    let status = client.send(body(1).into()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    assert!(!status.details().is_empty(), "no retry advice");
    server.unpause().await;
    until("it works again", async || client.clone().send(body(2).into()).await.is_ok()).await;
    let stored = stored(server.url()).await;
    assert!(stored.contains(&0) && stored.contains(&2), "{stored:?}");
}

#[tokio::test]
async fn sigterm_under_load_stores_what_was_acknowledged_and_exits_in_order() {
    let database = TestDatabase::create().await;
    let mut service = Start::into_database(database.url()).ready().await;
    let load = Load::start(service.address("grpc"), 8);
    load.until_acknowledged(1000).await;
    service.terminate().await;
    let status = service.ended().await;
    assert_eq!(status.code(), Some(0), "{}", service.log());
    assert!(service.log().contains("\"drained\""), "{}", service.log());
    let acknowledged = load.end().await;
    everything_acknowledged_is_there_once(database.url(), &acknowledged).await;
}

#[tokio::test]
async fn a_killed_service_has_stored_what_it_acknowledged() {
    let database = TestDatabase::create().await;
    let mut service = Start::into_database(database.url()).ready().await;
    let load = Load::start(service.address("grpc"), 8);
    load.until_acknowledged(1000).await;
    service.kill().await;
    let acknowledged = load.end().await;
    everything_acknowledged_is_there_once(database.url(), &acknowledged).await;
}

#[tokio::test]
async fn backends_killed_at_random_double_nothing() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let load = Load::start(service.address("grpc"), 8);
    let sql = database.connect().await;
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND application_name = 'llm-observatory-storage' AND state <> 'idle'";
    let mut killed = 0;
    for _ in 0..30 {
        load.until_acknowledged(40).await;
        killed += sql.query_one(kill, &[]).await.unwrap().get::<_, i64>(0);
    }
    assert!(killed > 5, "{killed} backends were killed");
    let acknowledged = load.end().await;
    everything_acknowledged_is_there_once(database.url(), &acknowledged).await;
    assert!(service.log().contains("a batch failed"), "{}", service.log());
}

#[tokio::test]
async fn backends_of_statements_that_were_given_up_end() {
    let database = TestDatabase::create().await;
    let start = Start::into_database(database.url()).set("DB_STATEMENT_DEADLINE", "1s");
    let service = start.ready().await;
    let load = Load::start(service.address("grpc"), 4);
    load.until_acknowledged(100).await;
    let (mut holder, watcher) = (database.connect().await, database.connect().await);
    let lock = holder.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE ingest_checkpoint").await.unwrap();
    let given_up = "no answer within 1s (DB_STATEMENT_DEADLINE)";
    until("lanes gave up often", async || service.log().matches(given_up).count() >= 8).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until("only the two lanes' own connections wait", async || {
        watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) <= 2
    })
    .await;
    lock.rollback().await.unwrap();
    load.until_acknowledged(100).await;
    let acknowledged = load.end().await;
    everything_acknowledged_is_there_once(database.url(), &acknowledged).await;
}
