//! The ceiling: a minimal client that COPYs rows it was given, and does nothing else.
//!
//! It shares no code with the service's writer, and stays as it is: figures of different years are
//! compared by it. Its rows are a binary dump (`COPY … TO … (FORMAT binary)`), sent again in
//! transactions of a given number of rows over a given number of connections.
//!
//! usage: raw-copy URL STATEMENT DUMP ROWS-A-TRANSACTION CONNECTIONS
//!
//! Prints `ready`, waits for a line, copies, and prints the nanoseconds that it took.
#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a tool")]

use std::io::Read;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

/// Signature, flags and the length of the header's extension, all as PostgreSQL writes them
/// (its manual, COPY, "Binary Format").
const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: [u8; 2] = [0xff, 0xff];
const MESSAGE_BYTES: usize = 64 * 1024;

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, statement, dump, rows, connections] = words.try_into().expect("five words");
    let dump = Bytes::from(std::fs::read(dump).unwrap());
    let work = Arc::new(transactions(&dump, rows.parse().unwrap()));
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::new();
    for _ in 0..connections.parse().unwrap() {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "it ends with its client")]
        tokio::spawn(connection);
        clients.push(client);
    }
    println!("ready");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    let started = Instant::now();
    let mut copies = JoinSet::new();
    for client in clients {
        let (dump, work, next) = (dump.clone(), Arc::clone(&work), Arc::clone(&next));
        let statement = statement.clone();
        copies.spawn(async move {
            while let Some(rows) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                copy(&client, &statement, &dump.slice(rows.clone())).await;
            }
        });
    }
    copies.join_all().await;
    println!("{}", started.elapsed().as_nanos());
}

async fn copy(client: &tokio_postgres::Client, statement: &str, rows: &Bytes) {
    let mut sink = pin!(client.copy_in::<_, Bytes>(statement).await.unwrap());
    let mut message = BytesMut::with_capacity(MESSAGE_BYTES + HEADER.len());
    message.put_slice(&HEADER);
    for part in rows.chunks(MESSAGE_BYTES) {
        message.put_slice(part);
        sink.feed(message.split().freeze()).await.unwrap();
    }
    sink.feed(Bytes::from_static(&TRAILER)).await.unwrap();
    sink.as_mut().finish().await.unwrap();
}

/// The dump's rows, cut into transactions.
fn transactions(dump: &[u8], rows_max: usize) -> Vec<Range<usize>> {
    assert!(dump.starts_with(&HEADER), "no binary dump");
    let (mut at, mut from, mut rows) = (HEADER.len(), HEADER.len(), 0);
    let mut transactions = Vec::new();
    while !dump[at..].starts_with(&TRAILER) {
        let fields = i16::from_be_bytes(dump[at..at + 2].try_into().unwrap());
        at += 2;
        for _ in 0..fields {
            let length = i32::from_be_bytes(dump[at..at + 4].try_into().unwrap());
            at += 4 + usize::try_from(length).unwrap_or(0);
        }
        rows += 1;
        if rows == rows_max {
            transactions.push(from..at);
            (from, rows) = (at, 0);
        }
    }
    if from < at {
        transactions.push(from..at);
    }
    transactions
}
