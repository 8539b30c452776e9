//! Views as generated structs: spans, log records, and what all signals share.

use observatory_domain::record::{Attribute, LogView, SpanView, Value};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

pub(super) fn attributes(views: &[Attribute<'_>]) -> Vec<KeyValue> {
    let attribute = |it: &Attribute<'_>| KeyValue {
        key: it.key.to_owned(),
        value: Some(any(&it.value)),
        ..KeyValue::default()
    };
    views.iter().map(attribute).collect()
}

fn any(value: &Value<'_>) -> AnyValue {
    let value = match value {
        Value::Empty => None,
        Value::Str(text) => Some(Any::StringValue((*text).to_owned())),
        Value::Bool(truth) => Some(Any::BoolValue(*truth)),
        Value::Int(number) => Some(Any::IntValue(*number)),
        Value::Double(number) => Some(Any::DoubleValue(*number)),
        Value::Bytes(bytes) => Some(Any::BytesValue(bytes.to_vec())),
        Value::List(items) => {
            Some(Any::ArrayValue(ArrayValue { values: items.iter().map(any).collect() }))
        }
        Value::Map(items) => Some(Any::KvlistValue(KeyValueList { values: attributes(items) })),
    };
    AnyValue { value }
}

pub(super) fn span(view: &SpanView<'_>) -> Span {
    let events = view.events.iter().map(|it| Event {
        time_unix_nano: it.time.0,
        name: it.name.to_owned(),
        attributes: attributes(it.attributes),
        dropped_attributes_count: it.dropped_attributes_count,
    });
    let links = view.links.iter().map(|it| Link {
        trace_id: it.trace_id.to_vec(),
        span_id: it.span_id.to_vec(),
        trace_state: it.trace_state.to_owned(),
        attributes: attributes(it.attributes),
        dropped_attributes_count: it.dropped_attributes_count,
        flags: it.flags,
    });
    Span {
        trace_id: view.trace_id.to_vec(),
        span_id: view.span_id.to_vec(),
        trace_state: view.trace_state.to_owned(),
        parent_span_id: view.parent_span_id.to_vec(),
        flags: view.flags,
        name: view.name.to_owned(),
        kind: view.kind,
        start_time_unix_nano: view.start.0,
        end_time_unix_nano: view.end.0,
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        events: events.collect(),
        dropped_events_count: view.dropped_events_count,
        links: links.collect(),
        dropped_links_count: view.dropped_links_count,
        status: view.status.map(|it| Status { code: it.code, message: it.message.to_owned() }),
    }
}

pub(super) fn log(view: &LogView<'_>) -> LogRecord {
    LogRecord {
        time_unix_nano: view.time.0,
        observed_time_unix_nano: view.observed_time.0,
        severity_number: view.severity_number,
        severity_text: view.severity_text.to_owned(),
        body: view.body.as_ref().map(any),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        flags: view.flags,
        trace_id: view.trace_id.to_vec(),
        span_id: view.span_id.to_vec(),
        event_name: view.event_name.to_owned(),
    }
}
