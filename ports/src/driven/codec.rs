//! From a request's bytes to record views.

use std::ops::Range;

use observatory_domain::ids::Ordinal;
use observatory_domain::record::RecordView;

use crate::Request;

/// Walks a request once and shows each record.
///
/// Implementations MUST give the same records and ordinals for the same bytes, for ever: a replay
/// names records by their ordinals. They MUST NOT show a record of a request that they then call
/// malformed as if it were good: callers drop what they prepared when the walk fails.
pub trait RecordCodec: Send + Sync {
    /// Shows every record of `request` to `visit`, in the order of the wire.
    ///
    /// # Errors
    /// When the bytes are no such request; nothing of it is to be stored.
    fn walk(&self, request: &Request, visit: &mut dyn Visit) -> Result<Walked, Malformed>;
}

/// Receives the records of a walk.
pub trait Visit {
    /// A record; `raw` is where its message lies in the request's bytes.
    fn record(&mut self, ordinal: Ordinal, view: RecordView<'_>, raw: Range<usize>);
}

/// What a walk saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Records shown.
    pub records: u32,
}

/// The bytes are no request of their signal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed request at byte {offset}: {reason}")]
pub struct Malformed {
    /// Where it was noticed.
    pub offset: usize,
    /// What was noticed.
    pub reason: String,
}
