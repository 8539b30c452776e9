//! From record views to the model.

use std::collections::HashMap;
use std::ops::Range;

use observatory_domain::ids::Ordinal;
use observatory_domain::record::{
    Attribute, EventView, LinkView, ResourceView, ScopeView, SpanView, Value,
};
use observatory_ports::driven::Visit;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::{resource, trace};
use prost::Message;

use super::super::model::{Attributes, Content, Event, Link, Record, Resource, Scope, Span};
use super::theirs;

/// What a key stands for: wire bytes, in parts, and a schema URL.
type Keyed = (Vec<Vec<u8>>, String);

/// Keeps every record, and checks on the way what a view says of the wire bytes it came from.
pub(super) struct Seen<'a> {
    pub(super) records: Vec<Record>,
    body: &'a [u8],
    keys: HashMap<u128, Keyed>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self { records: Vec::new(), body, keys: HashMap::new() }
    }

    /// One key stands for one content.
    fn check_key(&mut self, key: u128, wire: &[&[u8]], schema_url: &str) {
        let keyed = (wire.iter().map(|it| it.to_vec()).collect(), schema_url.to_owned());
        let known = self.keys.entry(key).or_insert_with(|| keyed.clone());
        assert_eq!(*known, keyed, "two contents have one key");
    }
}

impl Visit for Seen<'_> {
    fn span(&mut self, ordinal: Ordinal, view: &SpanView<'_>, raw: Range<usize>) {
        self.check_key(view.resource.key, view.resource.wire, view.resource.schema_url);
        self.check_key(view.scope.key, view.scope.wire, view.scope.schema_url);
        let record = Record {
            ordinal: ordinal.0,
            resource: resource(view.resource),
            scope: scope(view.scope),
            span: span(view),
        };
        let raw = self.body.get(raw).expect("a record's bytes lie in the request");
        let raw = trace::v1::Span::decode(raw).expect("a record's bytes are a span");
        assert_eq!(record.span, theirs::span(raw), "a record's bytes say the same as its view");
        self.records.push(record);
    }
}

fn resource(view: &ResourceView<'_>) -> Resource {
    let ours = Resource {
        sent: !view.wire.is_empty(),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        schema_url: view.schema_url.to_owned(),
        carries_more: view.carries_more,
    };
    let wire = resource::v1::Resource::decode(&*view.wire.concat()).expect("wire bytes");
    assert_eq!(ours, theirs::resource(ours.sent.then_some(wire), view.schema_url.to_owned()));
    ours
}

fn scope(view: &ScopeView<'_>) -> Scope {
    let ours = Scope {
        sent: !view.wire.is_empty(),
        name: view.name.to_owned(),
        version: view.version.to_owned(),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        schema_url: view.schema_url.to_owned(),
    };
    let wire = InstrumentationScope::decode(&*view.wire.concat()).expect("wire bytes");
    assert_eq!(ours, theirs::scope(ours.sent.then_some(wire), view.schema_url.to_owned()));
    ours
}

fn span(view: &SpanView<'_>) -> Span {
    Span {
        trace_id: view.trace_id.to_vec(),
        id: view.span_id.to_vec(),
        parent_id: view.parent_span_id.to_vec(),
        trace_state: view.trace_state.to_owned(),
        flags: view.flags,
        name: view.name.to_owned(),
        kind: view.kind,
        start: view.start.0,
        end: view.end.0,
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        events: view.events.iter().map(event).collect(),
        dropped_events_count: view.dropped_events_count,
        links: view.links.iter().map(link).collect(),
        dropped_links_count: view.dropped_links_count,
        status: view.status.map(|it| (it.code, it.message.to_owned())),
    }
}

fn event(view: &EventView<'_>) -> Event {
    Event {
        time: view.time.0,
        name: view.name.to_owned(),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
    }
}

fn link(view: &LinkView<'_>) -> Link {
    Link {
        trace_id: view.trace_id.to_vec(),
        span_id: view.span_id.to_vec(),
        trace_state: view.trace_state.to_owned(),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        flags: view.flags,
    }
}

fn attributes(views: &[Attribute<'_>]) -> Attributes {
    views.iter().map(|it| (it.key.to_owned(), content(&it.value))).collect()
}

fn content(value: &Value<'_>) -> Content {
    match value {
        Value::Empty => Content::Empty,
        Value::Str(text) => Content::Text((*text).to_owned()),
        Value::Bool(truth) => Content::Bool(*truth),
        Value::Int(number) => Content::Int(*number),
        Value::Double(number) => Content::Double(number.to_bits()),
        Value::Bytes(bytes) => Content::Bytes(bytes.to_vec()),
        Value::List(items) => Content::List(items.iter().map(content).collect()),
        Value::Map(items) => Content::Map(attributes(items)),
    }
}
