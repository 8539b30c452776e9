//! Empty views, for tests to fill.

use super::{ResourceView, ScopeView, SpanView};
use crate::time::UnixNanos;

pub(crate) const RESOURCE: ResourceView<'static> = ResourceView {
    key: 0,
    attributes: &[],
    dropped_attributes_count: 0,
    schema_url: "",
    wire: &[],
    carries_more: false,
};

pub(crate) const SCOPE: ScopeView<'static> = ScopeView {
    key: 0,
    name: "",
    version: "",
    attributes: &[],
    dropped_attributes_count: 0,
    schema_url: "",
    wire: &[],
};

/// Its ids are valid.
pub(crate) const SPAN: SpanView<'static> = SpanView {
    resource: &RESOURCE,
    scope: &SCOPE,
    trace_id: &[1; 16],
    span_id: &[2; 8],
    parent_span_id: &[],
    trace_state: "",
    flags: 0,
    name: "",
    kind: 0,
    start: UnixNanos(0),
    end: UnixNanos(0),
    attributes: &[],
    dropped_attributes_count: 0,
    events: &[],
    dropped_events_count: 0,
    links: &[],
    dropped_links_count: 0,
    status: None,
};
