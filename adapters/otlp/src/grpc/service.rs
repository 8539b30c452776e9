//! `TraceService`, `MetricsService` and `LogsService` of opentelemetry-proto's collector, made by hand:
//! generated ones would decode into owned structs.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
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
use crate::answer::{Refused, response};
use crate::receiver::{Exchange, Receiver};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the services differ in.
pub(super) trait Exports: Clone + Send + Sync + 'static {
    /// The service's name.
    const NAME: &'static str;
    /// What it takes.
    const SIGNAL: Signal;
}

macro_rules! exports {
    ($($service:ident $signal:ident $name:literal;)*) => {$(
        #[derive(Clone, Debug)]
        pub(super) struct $service;

        impl Exports for $service {
            const NAME: &'static str = $name;
            const SIGNAL: Signal = Signal::$signal;
        }
    )*};
}

exports! {
    Traces Traces "opentelemetry.proto.collector.trace.v1.TraceService";
    Metrics Metrics "opentelemetry.proto.collector.metrics.v1.MetricsService";
    Logs Logs "opentelemetry.proto.collector.logs.v1.LogsService";
}

/// A service with the one method `Export`.
#[derive(Clone, Debug)]
pub(super) struct Service<E>(Receiver, PhantomData<E>);

impl<E> Service<E> {
    pub(super) const fn new(receiver: Receiver) -> Self {
        Self(receiver, PhantomData)
    }
}

impl<E: Exports> NamedService for Service<E> {
    const NAME: &'static str = E::NAME;
}

impl<E: Exports> tower_service::Service<http::Request<Body>> for Service<E> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Boxed<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let receiver = self.0.clone();
        Box::pin(async move {
            let method = request.uri().path().rsplit('/').next();
            if method != Some("Export") {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            Ok(export(receiver, E::SIGNAL, request).await)
        })
    }
}

async fn export(
    receiver: Receiver,
    signal: Signal,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let mut exchange = receiver.begin(signal, "grpc");
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
        .accept_compressed(CompressionEncoding::Zstd)
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
            Ok(Response::new(response(&accepted)))
        })
    }
}
