//! A round of the raw copy (`raw-copy`, a program of its own).

use std::io::Write;
use std::path::PathBuf;
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use observatory_ports::driven::Migrations;
use observatory_postgres::{Edition, SqlxMigrations};
use observatory_tests::database::{OwnServer, connect};
use observatory_tests::service::PATIENCE;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio_postgres::Client;

use crate::cpu;
use crate::figures::Round;

/// As many as the service has lanes.
const CONNECTIONS: &str = "2";

/// The rows that the service made, and how many of them it put into a transaction.
#[derive(Debug)]
pub(crate) struct Dump {
    file: tempfile::NamedTempFile,
    table: &'static str,
    columns: String,
    rows: u64,
    rows_a_transaction: f64,
}

impl Dump {
    /// Takes the rows out of a database. Only the columns that hold anything: the leanest copy that
    /// leaves the same rows.
    pub(crate) async fn take(sql: &Client, table: &'static str, rows_a_transaction: f64) -> Self {
        let columns = "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass \
                       AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
        let columns = sql.query(columns, &[&table]).await.unwrap();
        let columns: Vec<String> = columns.iter().map(|it| it.get(0)).collect();
        let counts: Vec<_> = columns.iter().map(|it| format!("count({it})")).collect();
        let counts = format!("SELECT {} FROM {table}", counts.join(", "));
        let counts = sql.query_one(&counts, &[]).await.unwrap();
        let held = columns.into_iter().enumerate().filter(|(at, _)| counts.get::<_, i64>(*at) > 0);
        let columns = held.map(|(_, name)| name).collect::<Vec<_>>().join(", ");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let copy = format!("COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT binary)");
        let mut stream = pin!(sql.copy_out(&copy).await.unwrap());
        while let Some(bytes) = stream.next().await {
            file.write_all(&bytes.unwrap()).unwrap();
        }
        let rows: i64 = counts.get(0);
        Self { file, table, columns, rows: u64::try_from(rows).unwrap(), rows_a_transaction }
    }
}

/// Runs a round in a database of its own.
pub(crate) async fn round(server: &OwnServer, dump: &Dump) -> Round {
    let database = server.fresh_database().await;
    let pool = sqlx::PgPool::connect(&database).await.unwrap();
    SqlxMigrations::new(pool.clone()).run().await.unwrap();
    Edition::reconcile(&pool, PATIENCE).await.unwrap();
    pool.close().await;
    let statement = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", dump.table, dump.columns);
    let rows_a_transaction = format!("{:.0}", dump.rows_a_transaction.max(1.0));
    let mut child = Command::new(program())
        .args([&database, &statement])
        .arg(dump.file.path())
        .args([&rows_a_transaction, CONNECTIONS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("ready"));
    let sql = connect(&database).await.unwrap();
    sql.batch_execute("CHECKPOINT").await.unwrap();
    let first = server.first_process().await;
    let before = cpu::of_server(first);
    child.stdin.take().unwrap().write_all(b"\n").await.unwrap();
    let nanos = lines.next_line().await.unwrap().expect("it ends well");
    let database_cpu = cpu::of_server(first).saturating_sub(before);
    assert!(child.wait().await.unwrap().success());
    let count = format!("SELECT count(*) FROM {}", dump.table);
    let stored: i64 = sql.query_one(&count, &[]).await.unwrap().get(0);
    assert_eq!(u64::try_from(stored), Ok(dump.rows), "stored = sent");
    drop(sql);
    server.drop_database(&database).await;
    let wall = Duration::from_nanos(nanos.parse().unwrap());
    Round { rows: dump.rows, wall, database_cpu, service_cpu: Duration::ZERO, peak_memory: 0 }
}

/// Beside this program.
fn program() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("raw-copy")
}
