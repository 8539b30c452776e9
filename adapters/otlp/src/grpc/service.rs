//! `opentelemetry.proto.collector.trace.v1.TraceService`, made by hand: a generated one would decode
//! into owned structs.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
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
    let deadline = receiver.deadline(&exchange, patience(request.headers()));
    let bytes_max = receiver.options.request_bytes_max;
    let request = request.map(|body| Charged::new(body, slot.clone(), deadline));
    let mut grpc = Grpc::new(Raw(slot.clone()))
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(bytes_max);
    let handler = Handler { receiver, slot, deadline, exchange: Some(&mut exchange) };
    let response = grpc.unary(handler, request).await;
    corrected(response, &mut exchange, bytes_max)
}

/// tonic refuses some bad requests before the handler sees them, with codes that OTLP reads
/// otherwise; the handler itself uses none of these.
fn corrected(
    response: http::Response<Body>,
    exchange: &mut Exchange,
    bytes_max: usize,
) -> http::Response<Body> {
    let code = response.headers().get("grpc-status").map(|it| Code::from_bytes(it.as_bytes()));
    let refused = match code {
        // A message larger than allowed: out of range would mean «send it again».
        Some(Code::OutOfRange | Code::ResourceExhausted) => Refused::TooLarge { bytes_max },
        Some(Code::Internal) => {
            let reason = "the body is no gRPC message, or can't be decompressed";
            Refused::Invalid(reason.to_owned())
        }
        // A compression that is not known here: gRPC's own answer names those that are.
        Some(Code::Unimplemented) => {
            exchange.fail(Outcome::Invalid);
            return response;
        }
        _ => return response,
    };
    exchange.fail(refused.outcome());
    refused.status().into_http()
}

/// Handles one decoded message.
struct Handler<'e> {
    receiver: Receiver,
    slot: SharedSlot,
    deadline: Instant,
    /// Taken by the one call.
    exchange: Option<&'e mut Exchange>,
}

impl<'e> UnaryService<Bytes> for Handler<'e> {
    type Response = ExportTraceServiceResponse;
    type Future =
        Pin<Box<dyn Future<Output = Result<Response<Self::Response>, Status>> + Send + 'e>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let (receiver, slot, deadline) = (self.receiver.clone(), self.slot.clone(), self.deadline);
        let exchange = self.exchange.take();
        Box::pin(async move {
            let twice = || Status::unavailable("the request was read twice");
            let exchange = exchange.ok_or_else(twice)?;
            let body = request.into_inner();
            let slot = slot.take().ok_or_else(twice)?;
            let stored = receiver.store(exchange, body, slot, deadline).await;
            let accepted = stored.map_err(|error| Refused::from(error).status())?;
            Ok(Response::new(traces_response(&accepted)))
        })
    }
}
