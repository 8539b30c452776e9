//! Stands between service and database, and decides what becomes of each message of the service
//! (PostgreSQL's manual, "Message Formats": each has a type byte and a length, but for the first).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The database takes it, and answers.
    Passed,
    /// The connection breaks before the database has it.
    Lost,
    /// The database takes it, and the connection breaks with its answer.
    Unanswered,
}

/// Decides by a message's type and body.
type Judge = dyn Fn(u8, &[u8]) -> Fate + Send + Sync;

/// A proxy in front of a database; ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// How the database is reached through it.
    pub url: String,
    _running: JoinSet<()>,
}

impl Proxy {
    /// Listens on any port, or on `port`, for the database at `url`.
    pub async fn start(
        url: &str,
        port: u16,
        judge: impl Fn(u8, &[u8]) -> Fate + Send + Sync + 'static,
    ) -> Self {
        let (head, tail) = url.rsplit_once('@').unwrap();
        let (server, database) = tail.split_once('/').unwrap();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (server, judge): (_, Arc<Judge>) = (server.to_owned(), Arc::new(judge));
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut passing = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (server, judge) = (server.clone(), Arc::clone(&judge));
                // Ends with the connection, in whatever way that ends.
                passing.spawn(async move { drop(pass(client, &server, &*judge).await) });
            }
        });
        // What passes is read only if it is not encrypted.
        let url = format!("{head}@{address}/{database}?sslmode=disable");
        Self { url, _running: running }
    }
}

/// Passes a connection's messages on, until either side ends it, or the judge.
async fn pass(client: TcpStream, server: &str, judge: &Judge) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let silenced = AtomicBool::new(false);
    tokio::select! {
        ended = requests(from_client, to_server, judge, &silenced) => ended,
        ended = answers(from_server, to_client, &silenced) => ended,
    }
}

async fn requests(
    from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    judge: &Judge,
    silenced: &AtomicBool,
) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let length = from.read_u32().await?;
    let first = body(&mut from, length).await?;
    to.write_all(&[&length.to_be_bytes()[..], &first].concat()).await?;
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let body = body(&mut from, length).await?;
        match judge(kind, &body) {
            Fate::Passed => {}
            Fate::Lost => return Ok(()),
            Fate::Unanswered => silenced.store(true, Ordering::Relaxed),
        }
        to.write_all(&[&[kind][..], &length.to_be_bytes(), &body].concat()).await?;
    }
}

/// The body of a message whose length is `length`, which counts itself.
async fn body(from: &mut BufReader<OwnedReadHalf>, length: u32) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length as usize - 4];
    from.read_exact(&mut body).await?;
    Ok(body)
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    silenced: &AtomicBool,
) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let bytes = from.read(&mut buffer).await?;
        if bytes == 0 || silenced.load(Ordering::Relaxed) {
            return Ok(());
        }
        to.write_all(buffer.get(..bytes).unwrap()).await?;
    }
}
