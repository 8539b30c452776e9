//! Where records are stored.
//!
//! The unit of atomicity lies inside one method: [`RecordSink::commit`] stores a batch together
//! with the lane's checkpoint, or does nothing.

use std::any::Any;
use std::fmt;

use async_trait::async_trait;
use observatory_domain::ids::{LaneId, Sequence};
use observatory_domain::intake::{PolicySnapshot, RecordSet};
use observatory_domain::retry::ErrorClass;
use observatory_domain::time::UnixNanos;

use super::Malformed;
use crate::{Request, Source, Ticket};

/// What preparing depends on beside the request's bytes.
#[derive(Clone, Copy, Debug)]
pub struct Intake<'a> {
    /// When the request came in.
    pub received_at: UnixNanos,
    /// On replay: what was refused at first intake. Then nothing else is refused.
    pub refused: Option<&'a RecordSet>,
    /// The policy in force.
    pub policy: &'a PolicySnapshot,
}

/// The size of prepared rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Records that will be stored.
    pub records: u64,
    /// Bytes of memory held.
    pub bytes: u64,
}

/// Rows in the sink's own form; opaque to everyone else.
pub trait Prepared: Any + Send + Sync + fmt::Debug {
    /// Its size.
    fn footprint(&self) -> Footprint;
}

/// An entry's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The lane.
    pub lane: LaneId,
    /// Its number in the lane.
    pub sequence: Sequence,
}

/// A request in a batch.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands in its lane.
    pub position: Position,
    /// The bytes it came from.
    pub request: Request,
    /// When it came in.
    pub received_at: UnixNanos,
    /// Its rows.
    pub prepared: Box<dyn Prepared>,
    /// What the waiting client agreed to.
    pub ticket: Ticket,
}

/// A writer's right to a lane; a newer claim fences it.
#[derive(Debug)]
pub struct Claim {
    /// The lane.
    pub lane: LaneId,
    /// Rises with each claim of the lane.
    pub epoch: i64,
    /// The sink's own state for this writer (a connection).
    pub session: Box<dyn Any + Send + Sync>,
}

/// What a commit did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The lane's checkpoint now.
    pub checkpoint: Sequence,
    /// Rows written by this call; 0 when it had been applied before.
    pub rows: u64,
}

/// Why a sink failed; each variant is what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// Nothing was stored: try again later, with a new claim.
    #[error("the sink failed ({class}); nothing was stored", class = .class.name())]
    Retry {
        /// What kind of failure it was.
        class: ErrorClass,
        /// The cause.
        source: Source,
    },
    /// The outcome is unknown: claim again, which tells the truth.
    #[error("the outcome of the commit is unknown")]
    InDoubt {
        /// The cause.
        source: Source,
    },
    /// Nothing was stored: some client has withdrawn; try again without it. The claim stays good.
    #[error("a client of the batch has withdrawn")]
    Withdrawn,
    /// Nothing was stored: the content of a record is refused. The claim stays good.
    #[error("the sink refuses a record: {reason}")]
    Poison {
        /// For the client: what was refused and why.
        reason: String,
    },
    /// Another writer has claimed the lane: this one stops.
    #[error("another writer has claimed the lane")]
    Fenced,
    /// The sink's checkpoint went back (a restore, a failover): go on from there.
    #[error("the sink went back to sequence {}", .to.0)]
    Rewound {
        /// The sink's checkpoint.
        to: Sequence,
    },
}

/// Stores batches.
///
/// Implementations MUST make `prepare` a pure function of its arguments. They MUST store a batch
/// entirely, together with the checkpoint, or not at all; MUST seal every ticket before they make
/// a batch durable, and roll back when one is withdrawn; MUST apply a batch at most once, however
/// often it is committed; and MUST NOT let a fenced writer store anything.
#[async_trait]
pub trait RecordSink: Send + Sync {
    /// Makes rows of a request and decides what is refused. No I/O, no clock; runs on the
    /// request's own task.
    ///
    /// # Errors
    /// When the bytes are no such request.
    fn prepare(
        &self,
        request: &Request,
        intake: &Intake<'_>,
    ) -> Result<(Box<dyn Prepared>, RecordSet), Malformed>;

    /// Takes a lane over: ends an older writer's transaction, fences it, and returns the lane's
    /// checkpoint (0 for a new lane).
    ///
    /// # Cancel safety
    /// May be dropped at any moment; claim again.
    async fn claim(&self, lane: LaneId) -> Result<(Claim, Sequence), SinkError>;

    /// Stores `entries`, which follow the checkpoint without a gap, and moves the checkpoint to
    /// the last of them.
    ///
    /// # Cancel safety
    /// Dropping it leaves the outcome in doubt; claim again.
    async fn commit(&self, claim: &mut Claim, entries: &[Entry]) -> Result<Committed, SinkError>;
}
