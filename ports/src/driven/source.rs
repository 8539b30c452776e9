//! Where stored records are read again.

use async_trait::async_trait;
use observatory_domain::ids::TraceId;
use observatory_domain::record::RecordView;
use observatory_domain::time::UnixNanos;

use crate::{Signal, Source};

/// Which records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those of one trace; no data point is.
    Trace(TraceId),
    /// Those of a time: by a span's start, by a point's time, by the time that places a log record.
    Period {
        /// From this moment on.
        from: UnixNanos,
        /// Up to just before this one.
        to: UnixNanos,
    },
}

/// A record as it is stored. Where its columns, or those of what it names, can't represent exactly what
/// was received, there is an original: then that counts, and the view tells only what belongs together
/// (the keys of resource, scope and series) and when.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// What the columns say. No bytes of the wire are in it.
    pub view: RecordView<'a>,
    /// The record's message: `Span`, `LogRecord`, or a data point of its kind.
    pub original: Option<&'a [u8]>,
    /// Of a point's series: a `Metric` whose one gauge point has the attributes.
    pub series_original: Option<&'a [u8]>,
    /// Of the resource: a `ResourceSpans` with resource and schema URL, whatever the signal.
    pub resource_original: Option<&'a [u8]>,
    /// Of the scope: a `ScopeSpans` with scope and schema URL, whatever the signal.
    pub scope_original: Option<&'a [u8]>,
}

/// Stored records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The sink failed, or holds what it should not.
    #[error("the stored records could not be read")]
    Sink(#[source] Source),
    /// Whoever took them failed.
    #[error(transparent)]
    Taker(Source),
}

/// Takes records, one after the other.
#[async_trait]
pub trait TakeRecords: Send {
    /// Takes one. Waits for nothing.
    ///
    /// # Errors
    /// When it can't be taken: then reading ends.
    fn take(&mut self, stored: &Stored<'_>) -> Result<(), Source>;

    /// Called after some records each: the place to wait for whoever gets them, and reading waits too.
    ///
    /// # Errors
    /// When they can't be passed on: then reading ends.
    async fn settle(&mut self) -> Result<(), Source>;
}

/// Reads stored records.
///
/// Implementations MUST show a record exactly as it was received, in `view` or else in the originals;
/// MUST hold no more of them than a bounded number at a time; and MUST NOT read on while whoever takes
/// them settles, but for what a connection's buffers hold.
#[async_trait]
pub trait RecordSource: Send + Sync {
    /// Shows every record of `signal` in `selection` to `taker`, in any order; returns how many.
    ///
    /// # Errors
    /// When the sink or the taker fails. What was taken before is no proof of what comes after.
    ///
    /// # Cancel safety
    /// May be dropped at any moment.
    async fn read(
        &self,
        signal: Signal,
        selection: Selection,
        taker: &mut dyn TakeRecords,
    ) -> Result<u64, ReadError>;
}
