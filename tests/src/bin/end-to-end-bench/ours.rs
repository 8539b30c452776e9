//! A round of the service under load.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use observatory_tests::database::{OwnServer, connect};
use observatory_tests::otlp::GrpcClient;
use observatory_tests::service::{Service, Start};
use observatory_tests::workload::{Template, Workload};
use tokio::task::JoinSet;
use tokio_postgres::Client;

use crate::cpu;
use crate::figures::Round;

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'o> {
    pub(crate) workload: Workload,
    pub(crate) requests: u64,
    pub(crate) senders: usize,
    /// Variables of the service.
    pub(crate) set: &'o [(String, String)],
    /// The service of another build.
    pub(crate) binary: Option<&'o Path>,
}

/// Runs a round in a database of its own; `keep` takes what it wants before that is dropped.
pub(crate) async fn round<T>(
    server: &OwnServer,
    load: Load<'_>,
    keep: impl AsyncFnOnce(&Client, f64) -> T,
) -> (Round, T) {
    let database = server.fresh_database().await;
    let start =
        Start::into_database(&database).set("RUST_LOG", "warn,llm_observatory_storage=info");
    let start = match load.binary {
        Some(binary) => start.binary(binary.to_owned()),
        None => start,
    };
    let set = load.set.iter().fold(start, |start, (name, value)| start.set(name, value));
    let mut service = set.ready().await;
    let sql = connect(&database).await.unwrap();
    sql.batch_execute("CHECKPOINT").await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..load.senders {
        clients.push(GrpcClient::connect(service.address("grpc")).await);
    }
    let first = server.first_process().await;
    let (database_before, service_before) = (cpu::of_server(first), cpu::of_process(service.pid()));
    let started = Instant::now();
    send(load, clients).await;
    let wall = started.elapsed();
    let round = Round {
        rows: load.requests * load.workload.records() as u64,
        wall,
        database_cpu: cpu::of_server(first).saturating_sub(database_before),
        service_cpu: cpu::of_process(service.pid()).saturating_sub(service_before),
        peak_memory: cpu::peak_memory(service.pid()),
    };
    let count = format!("SELECT count(*) FROM {}", load.workload.table());
    let stored: i64 = sql.query_one(&count, &[]).await.unwrap().get(0);
    assert_eq!(u64::try_from(stored), Ok(round.rows), "stored = sent");
    let kept = keep(&sql, rows_a_transaction(&service).await).await;
    service.terminate().await;
    assert!(service.ended().await.success());
    drop(sql);
    server.drop_database(&database).await;
    (round, kept)
}

/// For [`round`], when nothing is wanted.
pub(crate) async fn keep_nothing(_: &Client, _: f64) {}

async fn rows_a_transaction(service: &Service) -> f64 {
    let sum = service.metric("storage_copy_batch_size_sum").await.unwrap();
    sum / service.metric("storage_copy_batch_size_count").await.unwrap()
}

/// Sends every request once, over all clients at once.
async fn send(load: Load<'_>, clients: Vec<GrpcClient>) {
    let template = Arc::new(Template::new(load.workload));
    let next = Arc::new(AtomicU64::new(0));
    let now = u64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos()).unwrap();
    let mut senders = JoinSet::new();
    for mut client in clients {
        let (template, next) = (Arc::clone(&template), Arc::clone(&next));
        senders.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= load.requests {
                    return;
                }
                // A millisecond apart, in order.
                let body = template.request(number, now + number * 1_000_000);
                let answer = client.send_as(template.workload().signal(), body.into()).await;
                answer.expect("the service takes it");
            }
        });
    }
    senders.join_all().await;
}
