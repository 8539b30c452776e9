//! `Span` and its parts (opentelemetry-proto, trace/v1/trace.proto).

use observatory_domain::record::{EventView, LinkView, RecordView, SpanView, StatusView};
use observatory_domain::time::UnixNanos;

use super::groups::{Group, Leaves, Names, Records, Walk};
use super::values::{Scratch, push_attribute};
use super::wire::{Bad, Field, Fields, low_32, text};

/// Most spans have fewer attributes: then their list is never moved.
const ATTRIBUTES_USUAL: usize = 24;

/// The signal of traces.
pub(super) struct Traces;

impl Records for Traces {
    const NAMES: Names = Names { resource_group: "resource_spans", scope_group: "scope_spans" };

    fn read(group: Group<'_>, leaves: &mut Leaves, walk: &mut Walk<'_>) -> Result<(), Bad> {
        leaves.record.reset();
        let view = span(group, &mut Scratch::new(&leaves.record))?;
        walk.show(group.message, RecordView::Span(&view))
    }
}

fn span<'b>(group: Group<'b>, scratch: &mut Scratch<'b>) -> Result<SpanView<'b>, Bad> {
    let mut span = empty(group);
    let mut fields = group.fields();
    let mut attributes = scratch.list(ATTRIBUTES_USUAL);
    let mut events = scratch.list(0);
    let mut links = scratch.list(0);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => span.trace_id = bytes,
            (2, Field::Bytes(bytes)) => span.span_id = bytes,
            (3, Field::Bytes(bytes)) => span.trace_state = text(bytes, "span.trace_state")?,
            (4, Field::Bytes(bytes)) => span.parent_span_id = bytes,
            (5, Field::Bytes(bytes)) => span.name = text(bytes, "span.name")?,
            (6, Field::Varint(number)) => span.kind = low_32(number).cast_signed(),
            (7, Field::Fixed64(nanos)) => span.start = UnixNanos(nanos),
            (8, Field::Fixed64(nanos)) => span.end = UnixNanos(nanos),
            (9, Field::Bytes(bytes)) => {
                push_attribute(&mut attributes, fields.inside(bytes)?, scratch)?;
            }
            (10, Field::Varint(count)) => span.dropped_attributes_count = low_32(count),
            (11, Field::Bytes(bytes)) => events.push(event(fields.inside(bytes)?, scratch)?),
            (12, Field::Varint(count)) => span.dropped_events_count = low_32(count),
            (13, Field::Bytes(bytes)) => links.push(link(fields.inside(bytes)?, scratch)?),
            (14, Field::Varint(count)) => span.dropped_links_count = low_32(count),
            (15, Field::Bytes(bytes)) => {
                let before = span.status.unwrap_or_default();
                span.status = Some(status(before, fields.inside(bytes)?)?);
            }
            (16, Field::Fixed32(flags)) => span.flags = flags,
            (1..=16, _) => return Err(fields.mistyped().named("span")),
            (_, field) => fields.unknown(field)?,
        }
    }
    span.attributes = attributes.into_bump_slice();
    span.events = events.into_bump_slice();
    span.links = links.into_bump_slice();
    Ok(span)
}

const fn empty(group: Group<'_>) -> SpanView<'_> {
    SpanView {
        resource: group.resource,
        scope: group.scope,
        trace_id: &[],
        span_id: &[],
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
    }
}

fn event<'b>(mut fields: Fields<'b>, scratch: &mut Scratch<'b>) -> Result<EventView<'b>, Bad> {
    let mut event = EventView::default();
    let mut attributes = scratch.list(0);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Fixed64(nanos)) => event.time = UnixNanos(nanos),
            (2, Field::Bytes(bytes)) => event.name = text(bytes, "span.event.name")?,
            (3, Field::Bytes(bytes)) => {
                push_attribute(&mut attributes, fields.inside(bytes)?, scratch)?;
            }
            (4, Field::Varint(count)) => event.dropped_attributes_count = low_32(count),
            (1..=4, _) => return Err(fields.mistyped().named("span.event")),
            (_, field) => fields.unknown(field)?,
        }
    }
    scratch.count(event.name.as_bytes())?;
    event.attributes = attributes.into_bump_slice();
    Ok(event)
}

fn link<'b>(mut fields: Fields<'b>, scratch: &mut Scratch<'b>) -> Result<LinkView<'b>, Bad> {
    let mut link = LinkView::default();
    let mut attributes = scratch.list(0);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => link.trace_id = bytes,
            (2, Field::Bytes(bytes)) => link.span_id = bytes,
            (3, Field::Bytes(bytes)) => link.trace_state = text(bytes, "span.link.trace_state")?,
            (4, Field::Bytes(bytes)) => {
                push_attribute(&mut attributes, fields.inside(bytes)?, scratch)?;
            }
            (5, Field::Varint(count)) => link.dropped_attributes_count = low_32(count),
            (6, Field::Fixed32(flags)) => link.flags = flags,
            (1..=6, _) => return Err(fields.mistyped().named("span.link")),
            (_, field) => fields.unknown(field)?,
        }
    }
    scratch.count(link.trace_id)?;
    link.attributes = attributes.into_bump_slice();
    Ok(link)
}

/// Reads a status on top of what an earlier occurrence left.
fn status<'b>(mut status: StatusView<'b>, mut fields: Fields<'b>) -> Result<StatusView<'b>, Bad> {
    while let Some(field) = fields.next()? {
        match field {
            (2, Field::Bytes(bytes)) => status.message = text(bytes, "span.status.message")?,
            (3, Field::Varint(number)) => status.code = low_32(number).cast_signed(),
            (2..=3, _) => return Err(fields.mistyped().named("span.status")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(status)
}
