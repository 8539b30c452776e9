//! Rows of `log_records`.

use bumpalo::Bump;
use observatory_domain::record::{LogView, ResourceView, ScopeView, Value};
use observatory_domain::time::UnixNanos;
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::{ExportError, Odd};
use super::json;
use super::row::{Columns, JsonText};
use super::span::{attributes, count, unhex};

/// The query, up to its conditions.
pub(super) const SELECT: &str = "SELECT resource_id, scope_id, time, time_nanos, observed_time, \
    observed_nanos, time_source, original, trace_id, span_id, flags, dropped_attributes_count, \
    severity_number, severity_text, event_name, body, body_structured, attributes FROM log_records";

/// A log record as its row has it.
pub(super) struct Log<'b> {
    pub(super) view: LogView<'b>,
    /// Where it stands among others.
    pub(super) placed: UnixNanos,
    pub(super) original: Option<&'b [u8]>,
}

/// Reads `row`; its parts live in `arena`.
pub(super) fn read<'b>(
    row: &'b Row,
    (resource, scope): (&'b ResourceView<'b>, &'b ScopeView<'b>),
    arena: &'b Bump,
) -> Result<Log<'b>, ExportError> {
    let mut columns = Columns::new(row, "log_records");
    let [_resource, _scope]: [Uuid; 2] = [columns.take()?, columns.take()?];
    let (placed, observed_time) = (columns.take_time()?, columns.take_time()?);
    let time = columns.take_as(|source: i16| match source {
        0 => Ok(placed),
        // It was sent without its time: `placed` is that of its observation or receipt.
        1 | 2 => Ok(UnixNanos(0)),
        _ => Err(Odd("a source of times that this build does not know").into()),
    })?;
    let original: Option<&'b [u8]> = columns.take()?;
    let mut view = empty(resource, scope, (time, observed_time));
    // What stands in the other columns then is only near to what was sent.
    if original.is_none() {
        fill(&mut view, &mut columns, arena)?;
    }
    Ok(Log { view, placed, original })
}

fn fill<'b>(
    log: &mut LogView<'b>,
    columns: &mut Columns<'b>,
    arena: &'b Bump,
) -> Result<(), ExportError> {
    let trace_id: Option<Uuid> = columns.take()?;
    log.trace_id = trace_id.map_or(&[][..], |it| arena.alloc(it.into_bytes()));
    let span_id = columns.take_as(|text: Option<&str>| text.map(|it| unhex(arena, it)).transpose());
    log.span_id = span_id?.unwrap_or_default();
    log.flags = columns.take_as(count)?;
    log.dropped_attributes_count = columns.take_as(count)?;
    log.severity_number = i32::from(columns.take::<i16>()?);
    log.severity_text = columns.take::<Option<&str>>()?.unwrap_or_default();
    log.event_name = columns.take::<Option<&str>>()?.unwrap_or_default();
    let text: Option<&str> = columns.take()?;
    let structured = columns.take_as(|json: Option<JsonText<'b>>| {
        json.map(|it| json::value(arena, it.0)).transpose()
    })?;
    log.body = text.map(Value::Str).or(structured);
    log.attributes = columns.take_as(|text| attributes(arena, text))?;
    Ok(())
}

const fn empty<'b>(
    resource: &'b ResourceView<'b>,
    scope: &'b ScopeView<'b>,
    (time, observed_time): (UnixNanos, UnixNanos),
) -> LogView<'b> {
    LogView {
        resource,
        scope,
        time,
        observed_time,
        severity_number: 0,
        severity_text: "",
        event_name: "",
        body: None,
        attributes: &[],
        dropped_attributes_count: 0,
        flags: 0,
        trace_id: &[],
        span_id: &[],
    }
}
