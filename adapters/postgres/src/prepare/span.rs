//! One row of `spans`.

use std::sync::LazyLock;

use observatory_domain::genai::{Cell, Column, Kind, MAPPING_VERSION, Mapper, Place};
use observatory_domain::ids::{ProjectId, SpanId};
use observatory_domain::intake::SpanIds;
use observatory_domain::record::{Attribute, EventView, LinkView, SpanView, Value};

use super::dimension::count;
use super::json::{self, Exactness};
use crate::copy::{RowWriter, sub_micros};

/// The columns before the mapped ones, in the order of [`write`].
const COLUMNS: &str = "start_time, end_time, trace_id, resource_id, scope_id, project_id, \
    service_hash, flags, dropped_attributes_count, dropped_events_count, dropped_links_count, \
    start_nanos, end_nanos, kind, status_code, mapping_version, span_id, parent_span_id, name, \
    status_message, trace_state, attributes, events, links";

/// The COPY that takes these rows. Columns that nothing fills yet are left out: a null costs the
/// server time as well.
pub(crate) static COPY_STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let mapped: Vec<_> = own_columns().map(Column::name).collect();
    let mapped = mapped.join(", ");
    let holders = Place::HOLDERS.map(Place::name).join(", ");
    format!(
        "COPY spans ({COLUMNS}, {mapped}, {holders}, {CONCLUDED}, promoted, original) \
         FROM STDIN (FORMAT binary)"
    )
});

/// What follows from the mapped columns, in the order of [`concluded_columns`].
const CONCLUDED: &str = "normalized_input_tokens, normalized_uncached_tokens, \
    normalized_output_tokens, token_semantics, call_kind, emitter";

/// The facts that have a column of their own.
fn own_columns() -> impl Iterator<Item = Column> {
    Column::ALL.into_iter().filter(|it| it.place() == Place::Column)
}

/// What a record's row takes from its request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) project: ProjectId,
    pub(super) service_hash: i32,
    /// The record's message, as received.
    pub(super) raw: &'a [u8],
}

/// Memory that is kept from row to row.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    mapper: Mapper,
    promoted: Vec<u8>,
}

/// Appends the row of `span`.
pub(super) fn write(
    out: &mut Vec<u8>,
    span: &SpanView<'_>,
    ids: &SpanIds,
    context: &Context<'_>,
    scratch: &mut Scratch,
) {
    let mut exactness = Exactness::default();
    scratch.mapper.map(span);
    exactness.note(scratch.mapper.repeats());
    exactness.note(ids.parent.is_none() && !span.parent_span_id.is_empty());
    let mut row = RowWriter::begin(out);
    fixed_columns(&mut row, span, ids, context, &mut exactness);
    text_columns(&mut row, span, ids, &mut exactness);
    attributes_column(&mut row, span, &scratch.mapper, &mut exactness);
    events_column(&mut row, span.events, &mut exactness);
    links_column(&mut row, span.links, &mut exactness);
    mapped_columns(&mut row, span, &scratch.mapper, &mut exactness);
    holder_columns(&mut row, span, &scratch.mapper);
    concluded_columns(&mut row, &scratch.mapper);
    promoted_column(&mut row, scratch);
    // Last, for every other column has its word in it.
    match exactness {
        Exactness::Exact => row.null(),
        Exactness::Lossy => row.bytes(context.raw),
    }
    row.end();
}

fn fixed_columns(
    row: &mut RowWriter<'_>,
    span: &SpanView<'_>,
    ids: &SpanIds,
    context: &Context<'_>,
    exactness: &mut Exactness,
) {
    row.timestamptz(span.start);
    row.timestamptz(span.end);
    row.uuid(*ids.trace.bytes());
    row.uuid(span.resource.key.to_be_bytes());
    row.uuid(span.scope.key.to_be_bytes());
    row.int4(context.project.0);
    row.int4(context.service_hash);
    row.int4(count(span.flags, exactness).unwrap_or_default());
    for dropped in
        [span.dropped_attributes_count, span.dropped_events_count, span.dropped_links_count]
    {
        match count(dropped, exactness) {
            Some(count) => row.int4(count),
            None => row.null(),
        }
    }
    row.int2(sub_micros(span.start));
    row.int2(sub_micros(span.end));
    row.int2(small(span.kind, exactness));
    match span.status {
        Some(status) => row.int2(small(status.code, exactness)),
        None => row.null(),
    }
    row.int2(MAPPING_VERSION);
}

fn text_columns(
    row: &mut RowWriter<'_>,
    span: &SpanView<'_>,
    ids: &SpanIds,
    exactness: &mut Exactness,
) {
    row.ascii(&hex(ids.span));
    match ids.parent {
        Some(parent) => row.ascii(&hex(parent)),
        None => row.null(),
    }
    text(row, span.name, exactness);
    let message = span.status.map_or("", |it| it.message);
    for optional in [message, span.trace_state] {
        if optional.is_empty() { row.null() } else { text(row, optional, exactness) }
    }
}

fn attributes_column(
    row: &mut RowWriter<'_>,
    span: &SpanView<'_>,
    mapper: &Mapper,
    exactness: &mut Exactness,
) {
    if mapper.remainder().is_empty() {
        return row.null();
    }
    let remainder = mapper
        .remainder()
        .iter()
        .filter_map(|index| span.attributes.get(usize::try_from(*index).ok()?));
    row.jsonb(|out| json::object(out, remainder, exactness));
}

fn events_column(row: &mut RowWriter<'_>, events: &[EventView<'_>], exactness: &mut Exactness) {
    array_column(row, events, |out, event| {
        out.extend_from_slice(b"{\"time_unix_nano\":");
        json::integer(out, event.time.0);
        out.extend_from_slice(b",\"name\":");
        json::string(out, event.name, exactness);
        common_members(out, event.attributes, event.dropped_attributes_count, exactness);
    });
}

fn links_column(row: &mut RowWriter<'_>, links: &[LinkView<'_>], exactness: &mut Exactness) {
    array_column(row, links, |out, link| {
        out.extend_from_slice(b"{\"trace_id\":\"");
        push_hex(out, link.trace_id);
        out.extend_from_slice(b"\",\"span_id\":\"");
        push_hex(out, link.span_id);
        out.push(b'"');
        if !link.trace_state.is_empty() {
            out.extend_from_slice(b",\"trace_state\":");
            json::string(out, link.trace_state, exactness);
        }
        if link.flags != 0 {
            out.extend_from_slice(b",\"flags\":");
            json::integer(out, link.flags);
        }
        common_members(out, link.attributes, link.dropped_attributes_count, exactness);
    });
}

/// A jsonb array, or null when there is nothing.
pub(super) fn array_column<T>(
    row: &mut RowWriter<'_>,
    items: &[T],
    mut write: impl FnMut(&mut Vec<u8>, &T),
) {
    if items.is_empty() {
        return row.null();
    }
    row.jsonb(|out| {
        let mut separator = b'[';
        for item in items {
            out.push(separator);
            write(out, item);
            separator = b',';
        }
        out.push(b']');
    });
}

/// What events and links have in common, and the end of the object.
fn common_members(
    out: &mut Vec<u8>,
    attributes: &[Attribute<'_>],
    dropped: u32,
    exactness: &mut Exactness,
) {
    if !attributes.is_empty() {
        out.extend_from_slice(b",\"attributes\":");
        json::object(out, attributes.iter(), exactness);
    }
    if dropped != 0 {
        out.extend_from_slice(b",\"dropped_attributes_count\":");
        json::integer(out, dropped);
    }
    out.push(b'}');
}

/// The sources of the promoted attributes: a varint each.
fn promoted_column(row: &mut RowWriter<'_>, scratch: &mut Scratch) {
    scratch.promoted.clear();
    for promoted in scratch.mapper.promoted() {
        let mut rest = u32::from(promoted.source) << 1 | u32::from(promoted.structured);
        while rest >= 0x80 {
            // Seven bits and the mark that more follow: below 256.
            scratch.promoted.push(u8::try_from(rest & 0x7f | 0x80).unwrap_or_default());
            rest >>= 7;
        }
        scratch.promoted.push(u8::try_from(rest).unwrap_or_default());
    }
    if scratch.promoted.is_empty() { row.null() } else { row.bytes(&scratch.promoted) }
}

fn mapped_columns(
    row: &mut RowWriter<'_>,
    span: &SpanView<'_>,
    mapper: &Mapper,
    exactness: &mut Exactness,
) {
    for column in own_columns() {
        let kind = column.kind();
        match mapper.cell(column, span.attributes) {
            Cell::Null => row.null(),
            Cell::Text(text) => row.text(text),
            Cell::Number(number) => row.text(&number.to_string()),
            Cell::Json(value) => row.field(|out| json::value(out, value, exactness)),
            Cell::Texts(items) => row.texts(items.iter().map(|it| it.as_str().unwrap_or_default())),
            Cell::Strings(items) => row.texts(items.iter()),
            Cell::Int(number) => row.int8(number),
            Cell::Double(number) if kind == Kind::Money => row.numeric(number),
            Cell::Double(number) => row.float8(number),
            Cell::Bool(truth) => row.bool(truth),
        }
    }
}

/// The columns of rare facts: an object of those that there are. They only show what attributes
/// hold, so nothing is lost in them.
fn holder_columns(row: &mut RowWriter<'_>, span: &SpanView<'_>, mapper: &Mapper) {
    for holder in Place::HOLDERS {
        let members = Column::ALL.into_iter().filter(|it| it.place() == holder);
        let mut members = members
            .map(|it| (it, mapper.cell(it, span.attributes)))
            .filter(|it| it.1 != Cell::Null)
            .peekable();
        if members.peek().is_none() {
            row.null();
            continue;
        }
        row.jsonb(|out| {
            let mut separator = b'{';
            for (column, cell) in members {
                out.push(separator);
                let mut shown = Exactness::default();
                json::string(out, column.name(), &mut shown);
                out.push(b':');
                member(out, cell, &mut shown);
                separator = b',';
            }
            out.push(b'}');
        });
    }
}

fn member(out: &mut Vec<u8>, cell: Cell<'_>, shown: &mut Exactness) {
    let value = match cell {
        Cell::Null => Value::Empty,
        Cell::Text(text) => Value::Str(text),
        Cell::Number(number) | Cell::Int(number) => Value::Int(number),
        Cell::Json(value) => value,
        Cell::Texts(items) => Value::List(items),
        Cell::Double(number) => Value::Double(number),
        Cell::Bool(truth) => Value::Bool(truth),
        Cell::Strings(items) => {
            let items: Vec<_> = items.iter().map(|it| Value::Str(it)).collect();
            return json::value(out, Value::List(&items), shown);
        }
    };
    json::value(out, value, shown);
}

fn concluded_columns(row: &mut RowWriter<'_>, mapper: &Mapper) {
    let usage = mapper.usage();
    for tokens in [usage.input, usage.uncached, usage.output] {
        row.optional(tokens, RowWriter::int8);
    }
    row.optional(usage.semantics, |row, it| row.int2(it.number()));
    row.optional(mapper.call(), |row, it| row.text(it.name()));
    row.optional(mapper.emitter(), |row, it| row.int2(it.number()));
}

pub(super) fn text(row: &mut RowWriter<'_>, text: &str, exactness: &mut Exactness) {
    exactness.note(text.as_bytes().contains(&0));
    row.text(text);
}

pub(super) fn small(number: i32, exactness: &mut Exactness) -> i16 {
    let stored = i16::try_from(number);
    exactness.note(stored.is_err());
    stored.unwrap_or(i16::MAX)
}

const HEX: [u8; 16] = *b"0123456789abcdef";

pub(super) fn hex(id: SpanId) -> [u8; 16] {
    let mut text = [0; 16];
    for (pair, byte) in text.chunks_exact_mut(2).zip(id.bytes()) {
        pair.copy_from_slice(&digits(*byte));
    }
    text
}

pub(super) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        out.extend_from_slice(&digits(*byte));
    }
}

fn digits(byte: u8) -> [u8; 2] {
    // Both indexes are below 16.
    [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]
}
