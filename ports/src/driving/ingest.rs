//! The way in, for receivers.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use observatory_domain::budget::{BudgetSpent, Reservation};
use observatory_domain::intake::RecordSet;

use crate::Request;
use crate::driven::Malformed;

/// A request's place among those in flight, and the memory it holds. Given back when dropped.
pub trait Slot: Send {
    /// The memory held; grown as bytes arrive.
    fn memory(&mut self) -> &mut Reservation;
}

/// No new request is taken now: answer with retry advice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Busy {
    /// Why, for the client.
    pub reason: &'static str,
    /// When it may be worth to come back.
    pub retry_after: Duration,
}

/// Every record that was not refused is durable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Records stored.
    pub records: u64,
    /// What was refused, with reasons.
    pub refused: RecordSet,
}

/// Why a request is not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// It can't be parsed: nothing is stored, sending it again is useless.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The database refuses its content: nothing is stored, sending it again is useless.
    #[error("{0}")]
    Poison(String),
    /// Not now: send it again.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<BudgetSpent> for Busy {
    fn from(_: BudgetSpent) -> Self {
        Self {
            reason: "the memory for requests in flight is spent (INGEST_MEMORY_BYTES)",
            retry_after: Duration::from_secs(1),
        }
    }
}

/// Takes requests and answers when they are durable.
#[async_trait]
pub trait Ingest: Send + Sync {
    /// Admits a request before its body is read.
    ///
    /// # Errors
    /// When the database is away, the service is stopping, or too much is in flight.
    fn admit(&self) -> Result<Box<dyn Slot>, Busy>;

    /// Stores `request` and returns when it is durable, or fails at `deadline` at the latest.
    ///
    /// # Cancel safety
    /// Dropping it withdraws the request, unless its COMMIT is already under way.
    async fn ingest(
        &self,
        request: Request,
        slot: Box<dyn Slot>,
        deadline: Instant,
    ) -> Result<Accepted, IngestError>;
}
