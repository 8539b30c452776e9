//! A request that waits for its commit.

use std::time::{Duration, Instant};

use observatory_domain::accounting::Ending;
use observatory_domain::time::UnixNanos;
use observatory_ports::driven::Prepared;
use observatory_ports::driving::{Busy, IngestError, Slot};
use observatory_ports::{Request, Ticket};
use tokio::sync::oneshot;

/// What a client hears whose request comes back: health and log tell why.
pub(super) const NOT_NOW: &str = "it can't be stored now; nothing was stored";

/// From intake to a lane.
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) received_at: UnixNanos,
    pub(super) arrived: Instant,
    pub(super) prepared: Box<dyn Prepared>,
    pub(super) ticket: Ticket,
    pub(super) client: Client,
}

/// The client's side of a request in a lane.
pub(super) struct Client {
    pub(super) records: u64,
    pub(super) bytes: u64,
    answer: oneshot::Sender<Result<(), IngestError>>,
    /// The request's memory and place, held until the lane lets go of it.
    _slot: Box<dyn Slot>,
}

/// How a lane answers.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// It is durable.
    Stored,
    /// The database refuses its content.
    Poison(String),
    /// Not now: come again after this time.
    Unavailable(Duration),
}

impl Client {
    pub(super) fn new(
        records: u64,
        bytes: u64,
        slot: Box<dyn Slot>,
    ) -> (Self, oneshot::Receiver<Result<(), IngestError>>) {
        let (answer, receiver) = oneshot::channel();
        (Self { records, bytes, answer, _slot: slot }, receiver)
    }

    /// Tells the client, if it still waits.
    pub(super) fn answer(self, answer: Answer) {
        let result = match answer {
            Answer::Stored => Ok(()),
            Answer::Poison(reason) => Err(IngestError::Poison(reason)),
            Answer::Unavailable(retry_after) => {
                Err(IngestError::Busy(Busy { reason: NOT_NOW, retry_after }))
            }
        };
        if self.answer.send(result).is_err() {
            tracing::debug!(records = self.records, "the client had gone");
        }
    }
}

impl Answer {
    /// How the records of the request ended.
    pub(super) const fn ending(&self) -> Ending {
        match self {
            Self::Stored => Ending::Stored,
            Self::Poison(_) => Ending::Poisoned,
            Self::Unavailable(_) => Ending::Returned,
        }
    }
}
