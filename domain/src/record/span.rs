//! A span, as received.

use super::{Attribute, ResourceView, ScopeView};
use crate::time::UnixNanos;

/// One span. Ids are the received bytes: [`crate::intake`] tells whether they are valid.
#[derive(Clone, Copy, Debug)]
pub struct SpanView<'a> {
    /// Who sent it.
    pub resource: &'a ResourceView<'a>,
    /// Which library made it.
    pub scope: &'a ScopeView<'a>,
    /// 16 bytes when valid.
    pub trace_id: &'a [u8],
    /// 8 bytes when valid.
    pub span_id: &'a [u8],
    /// 8 bytes when valid; empty for a root.
    pub parent_span_id: &'a [u8],
    /// W3C `tracestate`, as sent.
    pub trace_state: &'a str,
    /// W3C trace flags (bits 0–7) and OTLP's `is_remote` bits (8, 9).
    pub flags: u32,
    /// The operation; empty means unknown.
    pub name: &'a str,
    /// `SpanKind`; unknown numbers are kept.
    pub kind: i32,
    /// When it began.
    pub start: UnixNanos,
    /// When it ended; may lie before `start` (clocks).
    pub end: UnixNanos,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// How many attributes the sender dropped.
    pub dropped_attributes_count: u32,
    /// Timed events.
    pub events: &'a [EventView<'a>],
    /// How many events the sender dropped.
    pub dropped_events_count: u32,
    /// Links to other spans.
    pub links: &'a [LinkView<'a>],
    /// How many links the sender dropped.
    pub dropped_links_count: u32,
    /// The outcome, when the sender set one.
    pub status: Option<StatusView<'a>>,
}

/// Something that happened at a moment within a span.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventView<'a> {
    /// When.
    pub time: UnixNanos,
    /// What.
    pub name: &'a str,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// How many attributes the sender dropped.
    pub dropped_attributes_count: u32,
}

/// A pointer to another span.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkView<'a> {
    /// The other trace, as received.
    pub trace_id: &'a [u8],
    /// The other span, as received.
    pub span_id: &'a [u8],
    /// W3C `tracestate` of the other span.
    pub trace_state: &'a str,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// How many attributes the sender dropped.
    pub dropped_attributes_count: u32,
    /// Flags, as on a span.
    pub flags: u32,
}

/// `Status`: code 0 unset, 1 ok, 2 error; unknown numbers are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusView<'a> {
    /// The code.
    pub code: i32,
    /// A message for developers; empty when not sent.
    pub message: &'a str,
}
