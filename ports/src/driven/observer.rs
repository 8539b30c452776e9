//! What happened, told to whoever counts.

use std::time::Duration;

use observatory_domain::batch::Reason;
use observatory_domain::retry::ErrorClass;

use crate::Signal;

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Everything is stored.
    Accepted,
    /// Stored, but for refused records.
    Partial,
    /// Bad data: not to be sent again.
    Invalid,
    /// Handed back with retry advice.
    Unavailable,
    /// Larger than allowed.
    TooLarge,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] =
        [Self::Accepted, Self::Partial, Self::Invalid, Self::Unavailable, Self::TooLarge];

    /// The name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Invalid => "invalid",
            Self::Unavailable => "unavailable",
            Self::TooLarge => "too_large",
        }
    }
}

/// Something worth counting.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A request was answered.
    Answered {
        /// Its signal.
        signal: Signal,
        /// The way it came: `grpc` or `http`.
        transport: &'static str,
        /// The answer.
        outcome: Outcome,
        /// Bytes of its body, decompressed, as far as read.
        bytes: u64,
        /// From its first byte to its answer.
        took: Duration,
    },
    /// Records were refused by policy.
    Refused {
        /// The reason's name.
        reason: &'static str,
        /// How many.
        records: u64,
    },
    /// A batch was committed.
    Committed {
        /// Rows of records.
        rows: u64,
        /// Entries.
        entries: u64,
        /// Why it was closed.
        reason: Reason,
        /// From the start of its transaction to the answer of COMMIT.
        took: Duration,
    },
    /// An attempt to commit a batch failed.
    CommitFailed {
        /// What kind of failure it was.
        class: ErrorClass,
    },
    /// A statement other than COPY was answered.
    Queried {
        /// Which one.
        operation: &'static str,
        /// How long it took.
        took: Duration,
    },
}

/// Counts events. Called on hot paths: must not block.
pub trait Observer: Send + Sync {
    /// `event` happened.
    fn observe(&self, event: Event);
}

/// A quantity that is read when somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gauge {
    /// Connections in use.
    PoolActive,
    /// Connections waiting.
    PoolIdle,
    /// The bound of connections.
    PoolMax,
    /// Bytes held for requests.
    MemoryUsed,
    /// The bound of those bytes.
    MemoryMax,
    /// Requests being answered.
    RequestsInFlight,
    /// The bound of those requests.
    RequestsInFlightMax,
    /// Records on their way.
    RecordsInFlight,
    /// Lanes that can write now.
    LanesReady,
    /// All lanes.
    Lanes,
}

impl Gauge {
    /// Every gauge.
    pub const ALL: [Self; 10] = [
        Self::PoolActive,
        Self::PoolIdle,
        Self::PoolMax,
        Self::MemoryUsed,
        Self::MemoryMax,
        Self::RequestsInFlight,
        Self::RequestsInFlightMax,
        Self::RecordsInFlight,
        Self::LanesReady,
        Self::Lanes,
    ];
}

/// Read at each scrape.
pub trait Gauges: Send + Sync {
    /// Shows the present value of every gauge it knows.
    fn read(&self, show: &mut dyn FnMut(Gauge, u64));
}
