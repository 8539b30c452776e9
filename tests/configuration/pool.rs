//! The connections, as `pg_stat_activity` shows them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use observatory_tests::otlp::{request, span};
use observatory_tests::service::{Start, until};
use prost::Message;

use crate::support::{Site, send, timed};

/// A lane's backend: its last statement is the claim, or a batch's end.
const LANE: &str = "ingest_checkpoint";

pub(crate) async fn so_many_connections_are_open_when_idle() {
    let (few, many) = (Site::new().await, Site::new().await);
    let _few = few.with("DB_POOL_MIN_SIZE", "0").await;
    let _many = many.with("DB_POOL_MIN_SIZE", "9").await;
    until("the minimum is open", async || many.backends().await.len() == 9).await;
    // Two lanes, one that met the database, two of sqlx.
    assert!(few.backends().await.len() <= 5, "{:?}", few.backends().await);
}

pub(crate) async fn so_many_connections_are_never_exceeded() {
    let site = Site::new().await;
    // The minimum demands as many as there may be, and days without partitions demand more.
    let start = site.start().set("DB_POOL_MAX_SIZE", "5").set("DB_POOL_MIN_SIZE", "5");
    let service = start.set("DB_POOL_TIMEOUT", "3").ready().await;
    until("all are open", async || site.backends().await.len() == 5).await;
    let (most, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let clients = 40;
    let load = join_all((0..clients).map(async |client| {
        let mut spans: Vec<_> = (client * 20..client * 20 + 20).map(span).collect();
        for (days, span) in (0..).zip(&mut spans) {
            span.start_time_unix_nano -= (days + client % 7) * 86_400_000_000_000;
        }
        let mut grpc = observatory_tests::otlp::GrpcClient::connect(service.address("grpc")).await;
        let stored = grpc.send(request(spans).encode_to_vec().into()).await;
        done.fetch_add(1, Ordering::Relaxed);
        stored.unwrap();
    }));
    let look = async {
        while done.load(Ordering::Relaxed) < 40 {
            most.fetch_max(site.backends().await.len(), Ordering::Relaxed);
        }
    };
    tokio::join!(load, look);
    assert_eq!(most.load(Ordering::Relaxed), 5);
    assert_eq!(site.spans().await, 20 * 40);
    assert_eq!(service.metric("storage_connection_pool_max").await, Some(5.0));
}

pub(crate) async fn a_connection_is_waited_for_so_long() {
    // The system takes the connection, and nobody answers on it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://u@{}/d", silent.local_addr().unwrap());
    let ended = async |timeout: &str| {
        let start = Start::into_database(&url).set("DB_STARTUP_TIMEOUT", "0");
        let (took, (status, _, error)) =
            timed(start.set("DB_POOL_TIMEOUT", timeout).finish()).await;
        assert!(!status.success() && error.contains("DB_STARTUP_TIMEOUT"), "{error}");
        took
    };
    let (short, long) = tokio::join!(ended("500ms"), ended("2"));
    assert!(short >= Duration::from_millis(500) && short < Duration::from_secs(2), "{short:?}");
    assert!(long >= Duration::from_secs(2), "{long:?}");
}

pub(crate) async fn an_idle_connection_is_closed_after_so_long() {
    let (short, long) = (Site::new().await, Site::new().await);
    let services = join_all([(&short, "1"), (&long, "300")].map(async |(site, idle)| {
        let start = site.start().set("DB_POOL_MIN_SIZE", "0");
        start.set("DB_POOL_IDLE_TIMEOUT", idle).ready().await
    }));
    // The first batch asks for its day's partition, on a connection that nobody needs afterwards.
    let idle = "observatory_ensure_partitions";
    let services = services.await;
    for (service, site) in services.iter().zip([&short, &long]) {
        send(service, 0..1).await.unwrap();
        assert_eq!(site.backends_after(idle).await.len(), 1);
    }
    until("it is closed", async || short.backends_after(idle).await.is_empty()).await;
    assert_eq!(long.backends_after(idle).await.len(), 1);
    assert_eq!(short.backends_after("COMMIT").await.len(), 1, "a lane is never idle");
}

pub(crate) async fn every_connection_is_replaced_after_so_long() {
    let (short, long) = (Site::new().await, Site::new().await);
    let one_second = short.with("DB_POOL_MAX_LIFETIME", "1").await;
    let default = long.start().ready().await;
    for site in [&short, &long] {
        until("the minimum is open", async || site.backends().await.len() >= 5).await;
    }
    let (from_short, from_long) = (short.backends().await, long.backends().await);
    until("all are replaced", async || {
        for service in [&one_second, &default] {
            // A lane's connection is replaced between batches.
            send(service, 0..1).await.unwrap();
            send(service, 0..1).await.unwrap();
        }
        short.backends().await.is_disjoint(&from_short)
    })
    .await;
    assert!(long.backends().await.is_superset(&from_long), "some were replaced before their time");
    assert_eq!(short.spans().await, long.spans().await);
    assert_ne!(
        long.backends_after(LANE).await.len() + long.backends_after("COMMIT").await.len(),
        0
    );
}
