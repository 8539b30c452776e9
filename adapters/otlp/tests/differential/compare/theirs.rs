//! From prost's structs to the model.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, InstrumentationScope, KeyValue, any_value::Value,
};
use opentelemetry_proto::tonic::{resource, trace};

use super::super::model::{Attributes, Content, Event, Link, Record, Resource, Scope, Span};

/// Every span of the request, in the order of the wire.
pub(super) fn records(request: ExportTraceServiceRequest) -> Vec<Record> {
    let mut records = Vec::new();
    for group in request.resource_spans {
        let resource = resource(group.resource, group.schema_url);
        for group in group.scope_spans {
            let scope = scope(group.scope, group.schema_url);
            for message in group.spans {
                let ordinal = u32::try_from(records.len()).expect("fewer than 2^32 spans");
                let (resource, scope) = (resource.clone(), scope.clone());
                records.push(Record { ordinal, resource, scope, span: span(message) });
            }
        }
    }
    records
}

pub(super) fn resource(sent: Option<resource::v1::Resource>, schema_url: String) -> Resource {
    let (is_sent, message) = (sent.is_some(), sent.unwrap_or_default());
    Resource {
        sent: is_sent,
        attributes: attributes(message.attributes),
        dropped_attributes_count: message.dropped_attributes_count,
        schema_url,
        carries_more: !message.entity_refs.is_empty(),
    }
}

pub(super) fn scope(sent: Option<InstrumentationScope>, schema_url: String) -> Scope {
    let (is_sent, message) = (sent.is_some(), sent.unwrap_or_default());
    Scope {
        sent: is_sent,
        name: message.name,
        version: message.version,
        attributes: attributes(message.attributes),
        dropped_attributes_count: message.dropped_attributes_count,
        schema_url,
    }
}

pub(super) fn span(message: trace::v1::Span) -> Span {
    Span {
        trace_id: message.trace_id,
        id: message.span_id,
        parent_id: message.parent_span_id,
        trace_state: message.trace_state,
        flags: message.flags,
        name: message.name,
        kind: message.kind,
        start: message.start_time_unix_nano,
        end: message.end_time_unix_nano,
        attributes: attributes(message.attributes),
        dropped_attributes_count: message.dropped_attributes_count,
        events: message.events.into_iter().map(event).collect(),
        dropped_events_count: message.dropped_events_count,
        links: message.links.into_iter().map(link).collect(),
        dropped_links_count: message.dropped_links_count,
        status: message.status.map(|it| (it.code, it.message)),
    }
}

fn event(message: trace::v1::span::Event) -> Event {
    Event {
        time: message.time_unix_nano,
        name: message.name,
        attributes: attributes(message.attributes),
        dropped_attributes_count: message.dropped_attributes_count,
    }
}

fn link(message: trace::v1::span::Link) -> Link {
    Link {
        trace_id: message.trace_id,
        span_id: message.span_id,
        trace_state: message.trace_state,
        attributes: attributes(message.attributes),
        dropped_attributes_count: message.dropped_attributes_count,
        flags: message.flags,
    }
}

fn attributes(messages: Vec<KeyValue>) -> Attributes {
    let attribute = |it: KeyValue| (it.key, it.value.map_or(Content::Empty, content));
    messages.into_iter().map(attribute).collect()
}

fn content(message: AnyValue) -> Content {
    match message.value {
        // The index of a text is treated as absent (opentelemetry-proto, common.proto).
        None | Some(Value::StringValueStrindex(_)) => Content::Empty,
        Some(Value::StringValue(text)) => Content::Text(text),
        Some(Value::BoolValue(truth)) => Content::Bool(truth),
        Some(Value::IntValue(number)) => Content::Int(number),
        Some(Value::DoubleValue(number)) => Content::Double(number.to_bits()),
        Some(Value::BytesValue(bytes)) => Content::Bytes(bytes),
        Some(Value::ArrayValue(list)) => {
            Content::List(list.values.into_iter().map(content).collect())
        }
        Some(Value::KvlistValue(map)) => Content::Map(attributes(map.values)),
    }
}
