//! Rows of `spans`.

use std::borrow::Cow;
use std::error::Error;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::record::{
    Attribute, EventView, LinkView, ResourceView, ScopeView, SpanView, StatusView,
};
use observatory_domain::time::UnixNanos;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::{ExportError, Odd};
use super::row::{Columns, JsonText};
use super::{json, promoted};

type Source = Box<dyn Error + Send + Sync>;

/// The columns that every row is read from; the typed ones follow.
const COLUMNS: &str = "resource_id, scope_id, start_time, start_nanos, original, end_time, end_nanos, \
    trace_id, span_id, parent_span_id, flags, dropped_attributes_count, dropped_events_count, \
    dropped_links_count, kind, status_code, status_message, trace_state, name, attributes, events, \
    links, promoted";
/// How many they are.
const TYPED_FROM: usize = 23;

/// The query, up to its conditions.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS}, {} FROM spans", *promoted::COLUMNS)
}

/// A span as its row has it.
pub(super) struct Span<'b> {
    pub(super) view: SpanView<'b>,
    pub(super) original: Option<&'b [u8]>,
}

/// Reads `row`; its parts live in `arena`.
pub(super) fn read<'b>(
    row: &'b Row,
    (resource, scope): (&'b ResourceView<'b>, &'b ScopeView<'b>),
    arena: &'b Bump,
) -> Result<Span<'b>, ExportError> {
    let mut columns = Columns::new(row, "spans");
    let [_resource, _scope]: [Uuid; 2] = [columns.take()?, columns.take()?];
    let mut view = empty(resource, scope, columns.take_time()?);
    let original: Option<&'b [u8]> = columns.take()?;
    // What stands in the other columns then is only near to what was sent.
    if original.is_none() {
        fill(&mut view, &mut columns, arena)?;
    }
    Ok(Span { view, original })
}

fn fill<'b>(
    span: &mut SpanView<'b>,
    columns: &mut Columns<'b>,
    arena: &'b Bump,
) -> Result<(), ExportError> {
    span.end = columns.take_time()?;
    let trace_id: Uuid = columns.take()?;
    span.trace_id = arena.alloc(trace_id.into_bytes());
    span.span_id = columns.take_as(|text| unhex(arena, text))?;
    let parent = columns.take_as(|text: Option<&str>| text.map(|it| unhex(arena, it)).transpose());
    span.parent_span_id = parent?.unwrap_or_default();
    span.flags = columns.take_as(count)?;
    span.dropped_attributes_count = columns.take_as(count)?;
    span.dropped_events_count = columns.take_as(count)?;
    span.dropped_links_count = columns.take_as(count)?;
    span.kind = i32::from(columns.take::<i16>()?);
    let code: Option<i16> = columns.take()?;
    let message = columns.take::<Option<&str>>()?.unwrap_or_default();
    span.status = code.map(|code| StatusView { code: code.into(), message });
    span.trace_state = columns.take::<Option<&str>>()?.unwrap_or_default();
    span.name = columns.take()?;
    let kept = columns.take_as(|text| attributes(arena, text))?;
    span.events = columns.take_as(|text| events(arena, text))?;
    span.links = columns.take_as(|text| links(arena, text))?;
    let promoted: Option<&[u8]> = columns.take()?;
    span.attributes = kept;
    if let Some(promoted) = promoted {
        let mut all = BumpVec::from_iter_in(kept.iter().copied(), arena);
        promoted::restore(&mut all, promoted, columns, TYPED_FROM, arena)?;
        span.attributes = all.into_bump_slice();
    }
    Ok(())
}

const fn empty<'b>(
    resource: &'b ResourceView<'b>,
    scope: &'b ScopeView<'b>,
    start: UnixNanos,
) -> SpanView<'b> {
    SpanView {
        resource,
        scope,
        trace_id: &[],
        span_id: &[],
        parent_span_id: &[],
        trace_state: "",
        flags: 0,
        name: "",
        kind: 0,
        start,
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

/// A count, which null says to be 0.
pub(super) fn count(stored: Option<i32>) -> Result<u32, Source> {
    Ok(u32::try_from(stored.unwrap_or_default())?)
}

/// The attributes of a column, where null says that there are none.
pub(super) fn attributes<'b>(
    arena: &'b Bump,
    text: Option<JsonText<'b>>,
) -> Result<&'b [Attribute<'b>], Source> {
    text.map_or(Ok(&[][..]), |text| json::attributes(arena, text.0))
}

/// The bytes of hex digits.
pub(super) fn unhex<'b>(arena: &'b Bump, text: &str) -> Result<&'b [u8], Source> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |it: u8| char::from(it).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let mut bytes = BumpVec::with_capacity_in(pairs.len(), arena);
    for [high, low] in pairs {
        bytes.extend(digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low));
    }
    if bytes.len() == pairs.len() && rest.is_empty() {
        Ok(bytes.into_bump_slice())
    } else {
        Err(Odd("no hex digits").into())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event<'j> {
    time_unix_nano: u64,
    #[serde(borrow)]
    name: Cow<'j, str>,
    #[serde(borrow)]
    attributes: Option<&'j RawValue>,
    #[serde(default)]
    dropped_attributes_count: u32,
}

fn events<'b>(arena: &'b Bump, text: Option<JsonText<'b>>) -> Result<&'b [EventView<'b>], Source> {
    let Some(JsonText(text)) = text else { return Ok(&[]) };
    let mut events = BumpVec::new_in(arena);
    for event in serde_json::from_str::<Vec<Event<'b>>>(text)? {
        events.push(EventView {
            time: UnixNanos(event.time_unix_nano),
            name: json::text(arena, event.name),
            attributes: json::raw_attributes(arena, event.attributes)?,
            dropped_attributes_count: event.dropped_attributes_count,
        });
    }
    Ok(events.into_bump_slice())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link<'j> {
    trace_id: &'j str,
    span_id: &'j str,
    #[serde(borrow, default)]
    trace_state: Cow<'j, str>,
    #[serde(default)]
    flags: u32,
    #[serde(borrow)]
    attributes: Option<&'j RawValue>,
    #[serde(default)]
    dropped_attributes_count: u32,
}

fn links<'b>(arena: &'b Bump, text: Option<JsonText<'b>>) -> Result<&'b [LinkView<'b>], Source> {
    let Some(JsonText(text)) = text else { return Ok(&[]) };
    let mut links = BumpVec::new_in(arena);
    for link in serde_json::from_str::<Vec<Link<'b>>>(text)? {
        links.push(LinkView {
            trace_id: unhex(arena, link.trace_id)?,
            span_id: unhex(arena, link.span_id)?,
            trace_state: json::text(arena, link.trace_state),
            attributes: json::raw_attributes(arena, link.attributes)?,
            dropped_attributes_count: link.dropped_attributes_count,
            flags: link.flags,
        });
    }
    Ok(links.into_bump_slice())
}
