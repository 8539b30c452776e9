//! The way in: admits, prepares, hands over, waits.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use observatory_domain::accounting::Ending;
use observatory_domain::budget::Reservation;
use observatory_domain::intake::RecordSet;
use observatory_domain::time::UnixNanos;
use observatory_ports::driven::{Clock, Event, Malformed, Prepared, RecordSink};
use observatory_ports::driving::{Accepted, Busy, Ingest, IngestError, Slot};
use observatory_ports::{Request, Ticket};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::shared::Shared;
use super::waiting::{Client, NOT_NOW, Waiting};

/// So long before its deadline, or a tenth of its time, a request withdraws if it can: if not, its
/// COMMIT is under way, the answer is near, and any other answer could be a lie.
const COMMIT_GRACE: Duration = Duration::from_millis(500);

/// Where nobody is left to say whether a COMMIT came through.
const UNKNOWN: &str = "the outcome of the commit is unknown";

/// Implements [`Ingest`] for receivers.
#[derive(Clone)]
pub struct Intake {
    sink: Arc<dyn RecordSink>,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

impl Intake {
    pub(super) const fn new(
        sink: Arc<dyn RecordSink>,
        clock: Arc<dyn Clock>,
        shared: Arc<Shared>,
    ) -> Self {
        Self { sink, clock, shared }
    }

    fn busy(&self, reason: &'static str) -> Busy {
        Busy { reason, retry_after: self.shared.options.retry_after }
    }

    fn prepare(
        &self,
        request: &Request,
        received_at: UnixNanos,
    ) -> Result<(Box<dyn Prepared>, RecordSet), Malformed> {
        let policy = &self.shared.options.policy;
        let intake = observatory_ports::driven::Intake { received_at, refused: None, policy };
        self.sink.prepare(request, &intake)
    }

    /// Prepares `request` and gives it to a lane; nothing to wait for when nothing is left of it.
    fn enqueue(
        &self,
        request: Request,
        mut slot: Box<dyn Slot>,
    ) -> Result<(RecordSet, u64, Option<Pending>), IngestError> {
        let preparing = self.shared.preparing();
        let received_at = self.clock.now();
        let (prepared, refused) = self.prepare(&request, received_at)?;
        let footprint = prepared.footprint();
        self.count(footprint.records, &refused);
        if footprint.records == 0 {
            return Ok((refused, 0, None));
        }
        if let Err(spent) = slot.memory().grow(footprint.bytes) {
            self.shared.ended(footprint.records, Ending::Returned);
            return Err(Busy::from(spent).into());
        }
        let (client, answer) = Client::new(footprint.records, footprint.bytes, slot);
        let ticket = Ticket::default();
        let pending = Pending { ticket: ticket.clone(), answer };
        let arrived = Instant::now();
        let waiting = Waiting { request, received_at, arrived, prepared, ticket, client };
        if self.shared.hand_over(waiting).is_err() {
            self.shared.ended(footprint.records, Ending::Returned);
            return Err(self.busy(NOT_NOW).into());
        }
        // Only now: the lane sees the entry before it sees that nothing more is coming.
        drop(preparing);
        Ok((refused, footprint.records, Some(pending)))
    }

    fn count(&self, accepted: u64, refused: &RecordSet) {
        self.shared.received(accepted, refused.len() as u64);
        for (_, refusal) in refused.iter() {
            let event = Event::Refused { reason: refusal.name(), records: 1 };
            self.shared.observer.observe(event);
        }
    }

    async fn answer(&self, mut pending: Pending, deadline: Instant) -> Result<(), IngestError> {
        let deadline = tokio::time::Instant::from(deadline);
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        let last_call = deadline - COMMIT_GRACE.min(left / 10);
        match tokio::time::timeout_at(last_call, &mut pending.answer).await {
            Ok(Ok(answer)) => return answer,
            // The lane is gone: it panicked, or there was no more time to drain.
            Ok(Err(_gone)) if pending.ticket.withdraw() => {
                return Err(self.busy("the service is stopping; nothing was stored").into());
            }
            Ok(Err(_gone)) => return Err(self.busy(UNKNOWN).into()),
            Err(_elapsed) if pending.ticket.withdraw() => {
                return Err(self.busy("not stored in time; nothing was stored").into());
            }
            Err(_elapsed) => {}
        }
        match tokio::time::timeout_at(deadline, &mut pending.answer).await {
            Ok(Ok(answer)) => answer,
            _ => Err(self.busy(UNKNOWN).into()),
        }
    }
}

/// A request in a lane, seen from its client. Dropping it withdraws the request.
struct Pending {
    ticket: Ticket,
    answer: oneshot::Receiver<Result<(), IngestError>>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        // Too late for a request that has been answered or is being committed: then it stands.
        let withdrawn = self.ticket.withdraw();
        tracing::trace!(withdrawn, "the client's side of a request ended");
    }
}

#[async_trait]
impl Ingest for Intake {
    fn admit(&self) -> Result<Box<dyn Slot>, Busy> {
        if self.shared.is_stopping() {
            return Err(self.busy("the service is stopping"));
        }
        if self.shared.lanes_ready() == 0 {
            return Err(self.busy("the database is away"));
        }
        let Ok(place) = Arc::clone(&self.shared.places).try_acquire_owned() else {
            return Err(self.busy("too many requests in flight (OTLP_MAX_REQUESTS_IN_FLIGHT)"));
        };
        // Once more: whoever stops waits for all places, and sees this one, or is seen here.
        if self.shared.is_stopping() {
            return Err(self.busy("the service is stopping"));
        }
        Ok(Box::new(Place { memory: self.shared.options.memory.open(), _place: place }))
    }

    async fn ingest(
        &self,
        request: Request,
        slot: Box<dyn Slot>,
        deadline: Instant,
    ) -> Result<Accepted, IngestError> {
        let (refused, records, pending) = self.enqueue(request, slot)?;
        if let Some(pending) = pending {
            self.answer(pending, deadline).await?;
        }
        Ok(Accepted { records, refused })
    }
}

/// One of the places for requests in flight.
struct Place {
    memory: Reservation,
    _place: OwnedSemaphorePermit,
}

impl Slot for Place {
    fn memory(&mut self) -> &mut Reservation {
        &mut self.memory
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake").field("shared", &self.shared).finish_non_exhaustive()
    }
}
