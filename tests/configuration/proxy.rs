//! Stands between service and database, and looks at what passes (PostgreSQL's manual, "Message
//! Formats"): each message of a client has a type byte and a length, but for the first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A proxy in front of a database; ends when dropped.
pub(crate) struct Proxy {
    pub(crate) url: String,
    largest: Arc<AtomicUsize>,
    _running: JoinSet<()>,
}

impl Proxy {
    /// Listens on any port, or on `port`, for the database at `url`.
    pub(crate) async fn start(url: &str, port: u16) -> Self {
        let (head, tail) = url.rsplit_once('@').unwrap();
        let (server, database) = tail.split_once('/').unwrap();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (largest, server) = (Arc::new(AtomicUsize::new(0)), server.to_owned());
        let (seen, mut running) = (Arc::clone(&largest), JoinSet::new());
        running.spawn(async move {
            let mut passing = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                let (from_client, mut to_client) = client.into_split();
                let (mut from_server, to_server) = server.into_split();
                let seen = Arc::clone(&seen);
                passing.spawn(async move {
                    // Ends with the connection, in whatever way that ends.
                    drop(pass(from_client, to_server, &seen).await);
                });
                passing.spawn(async move {
                    drop(copy(&mut from_server, &mut to_client).await);
                });
            }
        });
        // What passes is read only if it is not encrypted.
        let url = format!("{head}@{address}/{database}?sslmode=disable");
        Self { url, largest, _running: running }
    }

    /// Bytes of the largest `CopyData` message so far, without its head.
    pub(crate) fn largest_copy_data(&self) -> usize {
        self.largest.load(Ordering::Relaxed)
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    largest: &AtomicUsize,
) -> std::io::Result<()> {
    let length = from.read_u32().await?;
    forward(&mut from, &mut to, &length.to_be_bytes(), length).await?;
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let head = [&[kind][..], &length.to_be_bytes()].concat();
        let bytes = forward(&mut from, &mut to, &head, length).await?;
        if kind == b'd' {
            largest.fetch_max(bytes, Ordering::Relaxed);
        }
    }
}

/// Passes a message on; returns the bytes of its body.
async fn forward(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    head: &[u8],
    length: u32,
) -> std::io::Result<usize> {
    // The length counts itself.
    let mut body = vec![0; length as usize - 4];
    from.read_exact(&mut body).await?;
    to.write_all(head).await?;
    to.write_all(&body).await?;
    Ok(body.len())
}
