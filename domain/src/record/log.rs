//! A log record, as received.

use super::{Attribute, ResourceView, ScopeView, Value};
use crate::time::UnixNanos;

/// One log record. Ids are the received bytes: bad ones cost the record its link, never its place.
#[derive(Clone, Copy, Debug)]
pub struct LogView<'a> {
    /// Who sent it.
    pub resource: &'a ResourceView<'a>,
    /// Which library made it.
    pub scope: &'a ScopeView<'a>,
    /// When it happened; 0 when unknown.
    pub time: UnixNanos,
    /// When it was noticed; 0 when not sent.
    pub observed_time: UnixNanos,
    /// `SeverityNumber`, 1 (trace) to 24 (fatal); 0 when not sent, unknown numbers are kept.
    pub severity_number: i32,
    /// The severity in the words of its source.
    pub severity_text: &'a str,
    /// The kind of event; empty for a log record that is none.
    pub event_name: &'a str,
    /// What it says: any value; absent is not the same as empty.
    pub body: Option<Value<'a>>,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// How many attributes the sender dropped.
    pub dropped_attributes_count: u32,
    /// The low eight bits are the W3C trace flags.
    pub flags: u32,
    /// 16 bytes when valid; empty for none.
    pub trace_id: &'a [u8],
    /// 8 bytes when valid; empty for none.
    pub span_id: &'a [u8],
}
