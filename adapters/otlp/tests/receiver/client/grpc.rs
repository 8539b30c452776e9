//! gRPC without a client's manners: every header and every byte of the framing is the test's.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tower_service::Service;

use super::{DRIP, soon};

pub(crate) const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

type Answer = Result<ExportTraceServiceResponse, Status>;
type Headers<'h> = &'h [(&'h str, &'h str)];

/// Sends one whole message.
pub(crate) async fn export(address: SocketAddr, headers: Headers<'_>, message: Bytes) -> Answer {
    call(address, EXPORT, headers, stream::iter([message])).await
}

/// Sends `parts` of a body that then never ends.
pub(crate) async fn stall(address: SocketAddr, headers: Headers<'_>, parts: Vec<Bytes>) -> Answer {
    let parts = stream::iter(parts).chain(stream::pending());
    call(address, EXPORT, headers, parts).await
}

/// Sends the start of a message of `bytes` bytes, then a byte of it now and then.
pub(crate) async fn drip(address: SocketAddr, bytes: usize) -> Answer {
    let start = message(0, &vec![0; bytes]).slice(..6);
    let drops = stream::unfold((), |()| async {
        tokio::time::sleep(DRIP).await;
        Some((Bytes::from_static(b"x"), ()))
    });
    call(address, EXPORT, &[], stream::iter([start]).chain(drops)).await
}

/// A message's frame; `flag` is 1 when it is compressed.
pub(crate) fn message(flag: u8, content: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(flag);
    frame.put_u32(u32::try_from(content.len()).unwrap());
    frame.put_slice(content);
    frame.freeze()
}

/// Calls `path` with `parts` as the body and reads the answer.
pub(crate) async fn call(
    address: SocketAddr,
    path: &str,
    headers: Headers<'_>,
    parts: impl Stream<Item = Bytes> + Send + 'static,
) -> Answer {
    let frames = parts.map(|it| Ok::<_, Infallible>(Frame::data(it)));
    let request = headers
        .iter()
        .fold(http::Request::post(path), |request, (name, value)| request.header(*name, *value))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(StreamBody::new(frames)))
        .unwrap();
    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
    let mut channel = endpoint.connect().await.expect("connect over gRPC");
    poll_fn(|context| channel.poll_ready(context)).await.unwrap();
    let response = soon(channel.call(request)).await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/grpc");
    if let Some(status) = Status::from_header_map(response.headers()) {
        return Err(status);
    }
    let body = soon(response.into_body().collect()).await.expect("a body");
    let status = Status::from_header_map(body.trailers().expect("trailers")).expect("a status");
    assert_eq!(status.code(), Code::Ok);
    let frame = body.to_bytes();
    Ok(ExportTraceServiceResponse::decode(frame.slice(5..)).unwrap())
}
