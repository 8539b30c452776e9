//! A borrowed walker of OTLP requests: one pass over the bytes, no generated structs.
//!
//! Records are views into the request. Slices of slices (attributes, events, lists) live in arenas
//! that are emptied after each record, so that a walk allocates a handful of times however many
//! records it meets. Measured: 0.5 µs a span of 650 bytes, against 2 µs into owned structs.
//!
//! | file | what |
//! |---|---|
//! | `wire` | protobuf's fields: tags, wire types, lengths, groups, depth |
//! | `values` | `AnyValue`, `KeyValue`, lists of them |
//! | `numbers` | repeated numbers |
//! | `groups` | what requests of all signals have in common: groups, resources, scopes |
//! | `span`, `log` | `Span` and its parts, `LogRecord` |
//! | `metric`, `point` | `Metric`, and data points of the five kinds |
//!
//! It accepts and refuses what a generated decoder does (tests compare the two): submessages that
//! repeat merge, the last scalar wins, unknown fields are skipped, text must be UTF-8, a hundred
//! levels of nesting are the limit.

mod groups;
mod log;
mod metric;
mod numbers;
mod point;
mod span;
mod values;
pub(crate) mod wire;

use observatory_ports::driven::{Malformed, RecordCodec, Visit, Walked};
use observatory_ports::{Request, Signal};

/// Reads OTLP/protobuf.
#[derive(Clone, Copy, Debug, Default)]
pub struct OtlpCodec;

impl RecordCodec for OtlpCodec {
    fn walk(&self, request: &Request, visit: &mut dyn Visit) -> Result<Walked, Malformed> {
        let body = request.body.as_ref();
        let walked = match request.signal {
            Signal::Traces => groups::walk::<span::Traces>(body, visit),
            Signal::Metrics => groups::walk::<metric::Metrics>(body, visit),
            Signal::Logs => groups::walk::<log::Logs>(body, visit),
        };
        walked.map_err(|bad| bad.within(body))
    }
}
