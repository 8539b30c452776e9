//! One row of `log_records`.

use observatory_domain::ids::{SpanId, TraceId};
use observatory_domain::intake::LogTime;
use observatory_domain::record::{LogView, Value};
use observatory_domain::time::UnixNanos;

use super::dimension::count;
use super::json::{self, Exactness};
use super::span::{Context, hex, small, text};
use crate::copy::{RowWriter, sub_micros};

/// The COPY that takes these rows.
pub(super) const COPY_STATEMENT: &str = "COPY log_records (time, observed_time, trace_id, \
    resource_id, scope_id, project_id, service_hash, flags, dropped_attributes_count, time_nanos, \
    observed_nanos, time_source, severity_number, span_id, severity_text, event_name, body, \
    body_structured, attributes, original) FROM STDIN (FORMAT binary)";

/// Appends the row of `log`, which happened at `time`.
pub(super) fn write(
    out: &mut Vec<u8>,
    log: &LogView<'_>,
    (time, source): (UnixNanos, LogTime),
    context: &Context<'_>,
) {
    let mut exactness = Exactness::default();
    let mut row = RowWriter::begin(out);
    fixed_columns(&mut row, log, (time, source), context, &mut exactness);
    for optional in [log.severity_text, log.event_name] {
        if optional.is_empty() { row.null() } else { text(&mut row, optional, &mut exactness) }
    }
    body_columns(&mut row, log.body, &mut exactness);
    if log.attributes.is_empty() {
        row.null();
    } else {
        row.jsonb(|out| json::object(out, log.attributes.iter(), &mut exactness));
    }
    // Last, for every other column has its word in it.
    match exactness {
        Exactness::Exact => row.null(),
        Exactness::Lossy => row.bytes(context.raw),
    }
    row.end();
}

fn fixed_columns(
    row: &mut RowWriter<'_>,
    log: &LogView<'_>,
    (time, source): (UnixNanos, LogTime),
    context: &Context<'_>,
    exactness: &mut Exactness,
) {
    let observed = (log.observed_time != UnixNanos(0)).then_some(log.observed_time);
    let (trace, span) = (TraceId::parse(log.trace_id).ok(), SpanId::parse(log.span_id).ok());
    // Bad ids: the record is kept, without its link.
    exactness.note(trace.is_none() && !log.trace_id.is_empty());
    exactness.note(span.is_none() && !log.span_id.is_empty());
    row.timestamptz(time);
    row.optional(observed, RowWriter::timestamptz);
    row.optional(trace, |row, trace| row.uuid(*trace.bytes()));
    row.uuid(log.resource.key.to_be_bytes());
    row.uuid(log.scope.key.to_be_bytes());
    row.int4(context.project.0);
    row.int4(context.service_hash);
    row.optional(count(log.flags, exactness), RowWriter::int4);
    row.optional(count(log.dropped_attributes_count, exactness), RowWriter::int4);
    row.int2(sub_micros(time));
    row.int2(sub_micros(log.observed_time));
    row.int2(match source {
        LogTime::Sent => 0,
        LogTime::Observed => 1,
        LogTime::Received => 2,
    });
    row.int2(small(log.severity_number, exactness));
    row.optional(span, |row, span| row.ascii(&hex(span)));
}

/// A text stands in a column of its own, for most bodies are texts; anything else is JSON.
fn body_columns(row: &mut RowWriter<'_>, body: Option<Value<'_>>, exactness: &mut Exactness) {
    match body {
        None => {
            row.null();
            row.null();
        }
        Some(Value::Str(body)) => {
            text(row, body, exactness);
            row.null();
        }
        Some(body) => {
            row.null();
            row.jsonb(|out| json::value(out, body, exactness));
        }
    }
}
