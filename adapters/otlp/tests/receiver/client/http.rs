//! HTTP/1.1 by hand: every byte of the request is the test's.

use std::net::SocketAddr;

use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic_types::pb;

use super::{DRIP, soon};

pub(crate) const PROTOBUF: &str = "application/x-protobuf";

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let code = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { code, head, body: answer[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().skip(1).filter_map(|it| it.split_once(": "));
        headers.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body, which must be a `google.rpc.Status` and say so.
    pub(crate) fn status(&self) -> pb::Status {
        assert_eq!(self.header("content-type"), Some(PROTOBUF), "{self:?}");
        pb::Status::decode(self.body.as_slice()).expect("a google.rpc.Status")
    }

    pub(crate) fn text(&self) -> &str {
        assert_eq!(self.header("content-type"), Some("text/plain; charset=utf-8"), "{self:?}");
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Posts `body` as protobuf, with `headers` besides.
pub(crate) async fn post(address: SocketAddr, headers: &str, body: &[u8]) -> Answer {
    let headers = format!("content-type: {PROTOBUF}\r\n{headers}");
    send(address, "POST /v1/traces", &headers, body).await
}

/// Sends a whole request; each of `headers` ends its line.
pub(crate) async fn send(address: SocketAddr, line: &str, headers: &str, body: &[u8]) -> Answer {
    let mut stream = begin(address, line, headers, body.len()).await;
    stream.write_all(body).await.unwrap();
    answer(&mut stream).await
}

/// Announces a body of `bytes` and sends nothing of it before there is an answer.
pub(crate) async fn ask(address: SocketAddr, line: &str, headers: &str, bytes: usize) -> Answer {
    answer(&mut begin(address, line, headers, bytes).await).await
}

/// Asks for leave to send `body`, waits for it, and sends.
pub(crate) async fn send_with_leave(address: SocketAddr, body: &[u8]) -> Answer {
    let headers = format!("content-type: {PROTOBUF}\r\nexpect: 100-continue\r\n");
    let mut stream = begin(address, "POST /v1/traces", &headers, body.len()).await;
    let mut leave = [0; 25];
    soon(stream.read_exact(&mut leave)).await.unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body).await.unwrap();
    answer(&mut stream).await
}

/// Announces a body of `bytes` and sends a byte of it now and then until there is an answer.
pub(crate) async fn drip(address: SocketAddr, bytes: usize) -> Answer {
    let headers = format!("content-type: {PROTOBUF}\r\n");
    let stream = begin(address, "POST /v1/traces", &headers, bytes).await;
    let (mut reader, mut writer) = stream.into_split();
    let drops = async {
        loop {
            tokio::time::sleep(DRIP).await;
            // The server may have hung up already; the answer tells.
            if writer.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        answer = answer(&mut reader) => answer,
        () = drops => unreachable!("drops for ever"),
    }
}

/// Announces a body of `bytes`, sends `body` and then the end.
pub(crate) async fn break_off(address: SocketAddr, bytes: usize, body: &[u8]) -> Answer {
    let headers = format!("content-type: {PROTOBUF}\r\n");
    let mut stream = begin(address, "POST /v1/traces", &headers, bytes).await;
    stream.write_all(body).await.unwrap();
    stream.shutdown().await.unwrap();
    answer(&mut stream).await
}

/// Connects and sends a head that announces a body of `bytes`.
pub(crate) async fn begin(
    address: SocketAddr,
    line: &str,
    headers: &str,
    bytes: usize,
) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}content-length: {bytes}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn answer(stream: &mut (impl AsyncReadExt + Unpin)) -> Answer {
    let mut answer = Vec::new();
    // A server that hangs up on a body it did not read resets the connection behind its answer.
    while let Ok(1..) = soon(stream.read_buf(&mut answer)).await {}
    Answer::parse(&answer)
}
