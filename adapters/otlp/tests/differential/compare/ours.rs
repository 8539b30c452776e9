//! From record views to the model.

use std::collections::HashMap;
use std::ops::Range;

use observatory_domain::ids::Ordinal;
use observatory_domain::record::{
    self, Attribute, BucketsView, EventView, ExemplarView, LinkView, LogView, MetricView,
    PointData, PointView, RecordView, ResourceView, ScopeView, SpanView, Value,
};
use observatory_ports::driven::Visit;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::{logs, resource, trace};
use prost::Message;

use super::super::model::{
    Attributes, Buckets, Content, Counted, Data, Event, Exemplar, Link, Log, Metric, Number, Point,
    Record, Resource, Scope, Span, What,
};
use super::theirs;

/// What a key stands for: wire bytes, in parts, and a schema URL.
type Keyed = (Vec<Vec<u8>>, String);

/// Keeps every record, and checks on the way what a view says of the wire bytes it came from.
pub(super) struct Seen<'a> {
    pub(super) records: Vec<Record>,
    body: &'a [u8],
    keys: HashMap<u128, Keyed>,
    series: HashMap<u128, String>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self { records: Vec::new(), body, keys: HashMap::new(), series: HashMap::new() }
    }

    /// One series stands for one description, and says in its wire bytes what it says as a view.
    fn check_series(&mut self, view: &PointView<'_>) {
        let wire = |parts: &[&[u8]]| -> Attributes {
            let decoded = parts.iter().map(|it| KeyValue::decode(*it).expect("an attribute"));
            theirs::attributes(decoded.collect())
        };
        assert_eq!(attributes(view.attributes), wire(view.attributes_wire));
        assert_eq!(attributes(view.metric.metadata), wire(view.metric.metadata_wire));
        let bounds = match view.data {
            PointData::Histogram(view) => view.explicit_bounds,
            _ => &[],
        };
        let bounds: Vec<u64> = bounds.iter().map(|it| it.to_bits()).collect();
        let (metric, attributes) = (metric(view.metric), view.attributes_wire.concat());
        let groups = [view.metric.resource.key, view.metric.scope.key];
        let described = format!("{groups:?} {metric:?} {attributes:?} {bounds:?}");
        let known = self.series.entry(view.series).or_insert_with(|| described.clone());
        assert_eq!(*known, described, "two series have one key");
    }

    /// One key stands for one content.
    fn check_key(&mut self, key: u128, wire: &[&[u8]], schema_url: &str) {
        let keyed = (wire.iter().map(|it| it.to_vec()).collect(), schema_url.to_owned());
        let known = self.keys.entry(key).or_insert_with(|| keyed.clone());
        assert_eq!(*known, keyed, "two contents have one key");
    }
}

impl Visit for Seen<'_> {
    fn record(&mut self, ordinal: Ordinal, view: RecordView<'_>, raw: Range<usize>) {
        let raw = self.body.get(raw).expect("a record's bytes lie in the request");
        let (resource_view, scope_view, what) = match view {
            RecordView::Span(view) => {
                let raw = trace::v1::Span::decode(raw).expect("a record's bytes are a span");
                let span = span(view);
                assert_eq!(span, theirs::span(raw), "a record's bytes say the same as its view");
                (view.resource, view.scope, What::Span(span))
            }
            RecordView::Log(view) => {
                let raw = logs::v1::LogRecord::decode(raw).expect("a record's bytes are a log");
                let log = log(view);
                assert_eq!(log, theirs::log(raw), "a record's bytes say the same as its view");
                (view.resource, view.scope, What::Log(log))
            }
            RecordView::Point(view) => {
                let point = point(view);
                let raw = theirs::point(&point.metric, raw);
                assert_eq!(point, raw, "a record's bytes say the same as its view");
                self.check_series(view);
                (view.metric.resource, view.metric.scope, What::Point(Box::new(point)))
            }
        };
        self.check_key(resource_view.key, resource_view.wire, resource_view.schema_url);
        self.check_key(scope_view.key, scope_view.wire, scope_view.schema_url);
        self.records.push(Record {
            ordinal: ordinal.0,
            resource: resource(resource_view),
            scope: scope(scope_view),
            what,
        });
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

fn log(view: &LogView<'_>) -> Log {
    Log {
        time: view.time.0,
        observed_time: view.observed_time.0,
        severity_number: view.severity_number,
        severity_text: view.severity_text.to_owned(),
        event_name: view.event_name.to_owned(),
        body: view.body.as_ref().map(content),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        flags: view.flags,
        trace_id: view.trace_id.to_vec(),
        span_id: view.span_id.to_vec(),
    }
}

fn metric(view: &MetricView<'_>) -> Metric {
    Metric {
        name: view.name.to_owned(),
        description: view.description.to_owned(),
        unit: view.unit.to_owned(),
        metadata: attributes(view.metadata),
        kind: view.kind.name(),
        temporality: view.temporality,
        is_monotonic: view.is_monotonic,
    }
}

fn point(view: &PointView<'_>) -> Point {
    Point {
        metric: metric(view.metric),
        attributes: attributes(view.attributes),
        start: view.start.0,
        time: view.time.0,
        flags: view.flags,
        exemplars: view.exemplars.iter().map(exemplar).collect(),
        data: data(&view.data),
    }
}

fn data(data: &PointData<'_>) -> Data {
    let counted = |count, summed: [Option<f64>; 3]| Counted {
        count,
        summed: summed.map(|it| it.map(f64::to_bits)),
    };
    let buckets = |it: BucketsView<'_>| -> Buckets { (it.offset, it.counts.to_vec()) };
    match data {
        PointData::Number(value) => Data::Number(value.map(number)),
        PointData::Histogram(view) => Data::Histogram {
            counted: counted(view.count, [view.sum, view.min, view.max]),
            bucket_counts: view.bucket_counts.to_vec(),
            bounds: view.explicit_bounds.iter().map(|it| it.to_bits()).collect(),
        },
        PointData::Exponential(view) => Data::Exponential {
            counted: counted(view.count, [view.sum, view.min, view.max]),
            zero: (view.zero_count, view.zero_threshold.to_bits()),
            scale: view.scale,
            buckets: [view.positive, view.negative].map(|it| it.map(buckets)),
        },
        PointData::Summary(view) => Data::Summary {
            count: view.count,
            sum: view.sum.to_bits(),
            quantiles: view
                .quantiles
                .iter()
                .map(|it| (it.quantile.to_bits(), it.value.to_bits()))
                .collect(),
        },
    }
}

fn number(number: record::Number) -> Number {
    match number {
        record::Number::Int(number) => Number::Int(number),
        record::Number::Double(number) => Number::Double(number.to_bits()),
    }
}

fn exemplar(view: &ExemplarView<'_>) -> Exemplar {
    Exemplar {
        time: view.time.0,
        value: view.value.map(number),
        trace_id: view.trace_id.to_vec(),
        span_id: view.span_id.to_vec(),
        attributes: attributes(view.attributes),
    }
}
