//! What both transports share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use observatory_domain::ids::ProjectId;
use observatory_ports::driven::{Event, Observer, Outcome};
use observatory_ports::driving::{Accepted, Ingest, IngestError, Slot};
use observatory_ports::{Request, Signal};

/// The receivers' bounds.
#[derive(Clone, Copy, Debug)]
pub struct ReceiverOptions {
    /// Bytes of a request, before and after decompression (`OTLP_MAX_REQUEST_BYTES`).
    pub request_bytes_max: usize,
    /// How long a client waits for its answer (`REQUEST_DEADLINE`), unless it says less.
    pub deadline: Duration,
}

/// The way in, for a transport.
#[derive(Clone)]
pub struct Receiver {
    pub(crate) ingest: Arc<dyn Ingest>,
    pub(crate) options: ReceiverOptions,
    observer: Arc<dyn Observer>,
}

/// One request, from its first byte to its answer.
pub(crate) struct Exchange {
    pub(crate) signal: Signal,
    transport: &'static str,
    started: Instant,
    bytes: u64,
    observer: Arc<dyn Observer>,
    outcome: Outcome,
}

impl Receiver {
    /// A way into `ingest`.
    #[must_use]
    pub fn new(
        ingest: Arc<dyn Ingest>,
        observer: Arc<dyn Observer>,
        options: ReceiverOptions,
    ) -> Self {
        Self { ingest, options, observer }
    }

    /// Begins an exchange over `transport`.
    pub(crate) fn begin(&self, signal: Signal, transport: &'static str) -> Exchange {
        Exchange {
            signal,
            transport,
            started: Instant::now(),
            bytes: 0,
            observer: Arc::clone(&self.observer),
            // What it is when the client hangs up.
            outcome: Outcome::Unavailable,
        }
    }

    /// When an exchange that began with the client's `patience` is to be answered: a twentieth
    /// before the client gives up, so that the answer still reaches it.
    pub(crate) fn deadline(&self, exchange: &Exchange, patience: Option<Duration>) -> Instant {
        let patience = patience.map_or(self.options.deadline, |it| it.mul_f64(0.95));
        exchange.started + patience.min(self.options.deadline)
    }

    /// Stores `body` and returns when it is durable.
    pub(crate) async fn store(
        &self,
        exchange: &mut Exchange,
        body: Bytes,
        slot: Box<dyn Slot>,
        deadline: Instant,
    ) -> Result<Accepted, IngestError> {
        exchange.bytes = body.len() as u64;
        let request = Request { project: ProjectId::default(), signal: exchange.signal, body };
        let answer = self.ingest.ingest(request, slot, deadline).await;
        exchange.outcome = match &answer {
            Ok(accepted) if accepted.refused.is_empty() => Outcome::Accepted,
            Ok(_) => Outcome::Partial,
            Err(IngestError::Busy(_)) => Outcome::Unavailable,
            Err(_) => Outcome::Invalid,
        };
        answer
    }
}

impl Exchange {
    /// The request ended before it could be stored.
    pub(crate) fn fail(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.observer.observe(Event::Answered {
            signal: self.signal,
            transport: self.transport,
            outcome: self.outcome,
            bytes: self.bytes,
            took: self.started.elapsed(),
        });
    }
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("options", &self.options).finish_non_exhaustive()
    }
}
