//! A database with somebody who looks into it, and what tests do with a service beside it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::{Service, Start, until};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::Client;
use tonic::Status;

/// Connections of the service that starts in this database.
const OURS: &str = "FROM pg_stat_activity WHERE datname = current_database() \
                    AND application_name = 'llm-observatory-storage'";

/// A database of a test's own.
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) sql: Client,
    /// Kept, for it may hold a server of its own.
    _database: TestDatabase,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let (url, sql) = (database.url().to_owned(), database.connect().await);
        Self { url, sql, _database: database }
    }

    /// A service that writes here.
    pub(crate) fn start(&self) -> Start {
        Start::into_database(&self.url)
    }

    /// A service that writes here, with one variable set.
    pub(crate) async fn with(&self, variable: &str, value: &str) -> Service {
        self.start().set(variable, value).ready().await
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.sql.batch_execute(sql).await.unwrap();
    }

    /// A single number.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.sql.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Stored spans.
    pub(crate) async fn spans(&self) -> i64 {
        self.number("SELECT count(*) FROM spans").await
    }

    /// The service's backends.
    pub(crate) async fn backends(&self) -> BTreeSet<i32> {
        let rows = self.sql.query(&format!("SELECT pid {OURS}"), &[]).await.unwrap();
        rows.iter().map(|it| it.get(0)).collect()
    }

    /// Those of the service's backends whose last statement contains `text`.
    pub(crate) async fn backends_after(&self, text: &str) -> BTreeSet<i32> {
        let sql = format!("SELECT pid {OURS} AND query LIKE '%{text}%'");
        let rows = self.sql.query(&sql, &[]).await.unwrap();
        rows.iter().map(|it| it.get(0)).collect()
    }

    /// Lets nobody write into `spans`, until [`Self::release`].
    pub(crate) async fn hold(&self) {
        self.execute("BEGIN; LOCK TABLE spans IN SHARE MODE").await;
    }

    pub(crate) async fn release(&self) {
        self.execute("ROLLBACK").await;
    }
}

/// Sends the spans of these numbers in one request, over a connection of its own.
pub(crate) async fn send(service: &Service, numbers: Range<u64>) -> Result<(), Status> {
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    client.send(body(numbers).into()).await.map(drop)
}

pub(crate) fn body(numbers: Range<u64>) -> Vec<u8> {
    request(numbers.map(span).collect()).encode_to_vec()
}

/// Waits until a metric's series has this value.
pub(crate) async fn until_metric(service: &Service, series: &str, value: u32) {
    let wanted = Some(f64::from(value));
    until(&format!("{series} is {value}"), async || service.metric(series).await == wanted).await;
}

/// How long `what` takes, and what it gives.
pub(crate) async fn timed<T>(what: impl Future<Output = T>) -> (Duration, T) {
    let started = Instant::now();
    let outcome = what.await;
    (started.elapsed(), outcome)
}

/// Ports that nobody uses, each another.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [_; N] =
        std::array::from_fn(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|it| it.local_addr().unwrap().port())
}

/// `GET path`: status code and body; nothing when nobody answers.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
