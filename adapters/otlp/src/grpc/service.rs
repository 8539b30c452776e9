//! `opentelemetry.proto.collector.trace.v1.TraceService`, made by hand: a generated one would decode
//! into owned structs.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use observatory_ports::Signal;
use observatory_ports::driven::Outcome;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Code, Response, Status};

use super::charged::{Charged, SharedSlot};
use super::raw::Raw;
use super::timeout::patience;
use crate::answer::{Refused, traces_response};
use crate::receiver::{Exchange, Receiver};

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The service.
#[derive(Clone, Debug)]
pub(super) struct TraceService(Receiver);

impl TraceService {
    pub(super) const fn new(receiver: Receiver) -> Self {
        Self(receiver)
    }
}

impl NamedService for TraceService {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

impl tower_service::Service<http::Request<Body>> for TraceService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Boxed<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let receiver = self.0.clone();
        Box::pin(async move {
            if request.uri().path() != EXPORT {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            Ok(export(receiver, request).await)
        })
    }
}

async fn export(receiver: Receiver, request: http::Request<Body>) -> http::Response<Body> {
    let mut exchange = receiver.begin(Signal::Traces, "grpc");
    // Before a byte of the body is read.
    let slot = match receiver.ingest.admit() {
        Ok(slot) => SharedSlot::new(slot),
        Err(busy) => return Refused::Busy(busy).status().into_http(),
    };
    let patience = patience(request.headers());
    let bytes_max = receiver.options.request_bytes_max;
    let request = request.map(|body| Charged::new(body, slot.clone()));
    let mut grpc = Grpc::new(Raw)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(bytes_max);
    // Overwritten by the handler, if the request gets that far.
    exchange.fail(Outcome::Invalid);
    let handler = Handler { receiver, slot, patience, exchange: Some(exchange) };
    let response = grpc.unary(handler, request).await;
    corrected(response, bytes_max)
}

/// tonic answers some bad requests with codes that OTLP reads otherwise; the handler itself uses
/// neither of them.
fn corrected(response: http::Response<Body>, bytes_max: usize) -> http::Response<Body> {
    let code =
        response.headers().get("grpc-status").map(HeaderValue::as_bytes).map(Code::from_bytes);
    match code {
        // A message larger than allowed: out of range would mean «send it again».
        Some(Code::OutOfRange | Code::ResourceExhausted) => {
            Refused::TooLarge { bytes_max }.status().into_http()
        }
        // A compressed body that is not what it says.
        Some(Code::Internal) => {
            let reason = "the body is no gRPC message, or can't be decompressed";
            Refused::Invalid(reason.to_owned()).status().into_http()
        }
        _ => response,
    }
}

/// Handles one decoded message.
struct Handler {
    receiver: Receiver,
    slot: SharedSlot,
    patience: Option<Duration>,
    exchange: Option<Exchange>,
}

impl UnaryService<Bytes> for Handler {
    type Response = ExportTraceServiceResponse;
    type Future = Boxed<Result<Response<ExportTraceServiceResponse>, Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let (receiver, slot, patience) = (self.receiver.clone(), self.slot.clone(), self.patience);
        let exchange = self.exchange.take();
        Box::pin(async move {
            let mut exchange = exchange.unwrap_or_else(|| receiver.begin(Signal::Traces, "grpc"));
            exchange.fail(Outcome::Unavailable);
            let body = request.into_inner();
            let slot = slot.take(body.len() as u64).map_err(|busy| Refused::Busy(busy).status())?;
            let slot = slot.ok_or_else(|| Status::unavailable("the request was read twice"))?;
            let deadline = receiver.deadline(&exchange, patience);
            let stored = receiver.store(&mut exchange, body, slot, deadline).await;
            let accepted = stored.map_err(|error| Refused::from(error).status())?;
            Ok(Response::new(traces_response(&accepted)))
        })
    }
}
