//! `LogRecord` (opentelemetry-proto, logs/v1/logs.proto).

use observatory_domain::record::{LogView, RecordView};
use observatory_domain::time::UnixNanos;

use super::groups::{Group, Leaves, Names, Records, Walk};
use super::values::{Scratch, any_value, push_attribute};
use super::wire::{Bad, Field, low_32, text};

/// Most log records have fewer attributes: then their list is never moved.
const ATTRIBUTES_USUAL: usize = 12;

/// The signal of logs.
pub(super) struct Logs;

impl Records for Logs {
    const NAMES: Names = Names { resource_group: "resource_logs", scope_group: "scope_logs" };

    fn read(group: Group<'_>, leaves: &mut Leaves, walk: &mut Walk<'_>) -> Result<(), Bad> {
        leaves.record.reset();
        let view = log(group, &mut Scratch::new(&leaves.record))?;
        walk.show(group.message, RecordView::Log(&view))
    }
}

fn log<'b>(group: Group<'b>, scratch: &mut Scratch<'b>) -> Result<LogView<'b>, Bad> {
    let mut log = empty(group);
    let mut attributes = scratch.list(ATTRIBUTES_USUAL);
    let mut fields = group.fields();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Fixed64(nanos)) => log.time = UnixNanos(nanos),
            (2, Field::Varint(number)) => log.severity_number = low_32(number).cast_signed(),
            (3, Field::Bytes(bytes)) => log.severity_text = text(bytes, "log.severity_text")?,
            (5, Field::Bytes(bytes)) => {
                let before = log.body.unwrap_or_default();
                log.body = Some(any_value(before, fields.inside(bytes)?, scratch)?);
            }
            (6, Field::Bytes(bytes)) => {
                push_attribute(&mut attributes, fields.inside(bytes)?, scratch)?;
            }
            (7, Field::Varint(count)) => log.dropped_attributes_count = low_32(count),
            (8, Field::Fixed32(flags)) => log.flags = flags,
            (9, Field::Bytes(bytes)) => log.trace_id = bytes,
            (10, Field::Bytes(bytes)) => log.span_id = bytes,
            (11, Field::Fixed64(nanos)) => log.observed_time = UnixNanos(nanos),
            (12, Field::Bytes(bytes)) => log.event_name = text(bytes, "log.event_name")?,
            (1..=3 | 5..=12, _) => return Err(fields.mistyped().named("log")),
            (_, field) => fields.unknown(field)?,
        }
    }
    log.attributes = attributes.into_bump_slice();
    Ok(log)
}

const fn empty(group: Group<'_>) -> LogView<'_> {
    LogView {
        resource: group.resource,
        scope: group.scope,
        time: UnixNanos(0),
        observed_time: UnixNanos(0),
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
