//! Requests of every shape that opentelemetry-proto can express.

#[path = "generate_metrics.rs"]
mod metrics;

use observatory_ports::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value::Value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

/// An encoded request of any signal.
pub(crate) fn any_request() -> impl Strategy<Value = (Signal, Vec<u8>)> {
    prop_oneof![
        request_of(Signal::Traces).prop_map(|it| (Signal::Traces, it)),
        request_of(Signal::Metrics).prop_map(|it| (Signal::Metrics, it)),
        request_of(Signal::Logs).prop_map(|it| (Signal::Logs, it)),
    ]
}

/// An encoded request with up to two groups of up to two groups of up to three messages.
pub(crate) fn request_of(signal: Signal) -> BoxedStrategy<Vec<u8>> {
    match signal {
        Signal::Traces => groups(span())
            .prop_map(|groups| {
                let resource_spans = groups.into_iter().map(|group| ResourceSpans {
                    resource: group.of,
                    schema_url: group.schema_url,
                    scope_spans: scopes(group.items, |scope, schema_url, spans| ScopeSpans {
                        scope,
                        spans,
                        schema_url,
                    }),
                });
                ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
                    .encode_to_vec()
            })
            .boxed(),
        Signal::Metrics => groups(metrics::metric())
            .prop_map(|groups| {
                let resource_metrics =
                    groups.into_iter().map(|group| ResourceMetrics {
                        resource: group.of,
                        schema_url: group.schema_url,
                        scope_metrics: scopes(group.items, |scope, schema_url, metrics| {
                            ScopeMetrics { scope, metrics, schema_url }
                        }),
                    });
                ExportMetricsServiceRequest { resource_metrics: resource_metrics.collect() }
                    .encode_to_vec()
            })
            .boxed(),
        Signal::Logs => groups(log())
            .prop_map(|groups| {
                let resource_logs =
                    groups.into_iter().map(|group| ResourceLogs {
                        resource: group.of,
                        schema_url: group.schema_url,
                        scope_logs: scopes(group.items, |scope, schema_url, log_records| {
                            ScopeLogs { scope, log_records, schema_url }
                        }),
                    });
                ExportLogsServiceRequest { resource_logs: resource_logs.collect() }.encode_to_vec()
            })
            .boxed(),
    }
}

/// A group by resource or by scope.
#[derive(Debug)]
struct Group<K, T> {
    of: Option<K>,
    schema_url: String,
    items: Vec<T>,
}

type Groups<T> = Vec<Group<Resource, Group<InstrumentationScope, T>>>;

fn groups<T: std::fmt::Debug>(
    record: impl Strategy<Value = T>,
) -> impl Strategy<Value = Groups<T>> {
    let group = |of, schema_url, items| Group { of, schema_url, items };
    let scope = (proptest::option::weighted(0.8, scope()), text(), vec(record, 0..4))
        .prop_map(move |(of, schema_url, items)| group(of, schema_url, items));
    let resource = (proptest::option::weighted(0.8, resource()), text(), vec(scope, 0..3))
        .prop_map(|(of, schema_url, items)| Group { of, schema_url, items });
    vec(resource, 0..3)
}

fn scopes<T, G>(
    groups: Vec<Group<InstrumentationScope, T>>,
    make: impl Fn(Option<InstrumentationScope>, String, Vec<T>) -> G,
) -> Vec<G> {
    groups.into_iter().map(|it| make(it.of, it.schema_url, it.items)).collect()
}

fn log() -> impl Strategy<Value = LogRecord> {
    let times = (any::<u64>(), any::<u64>());
    let texts = (text(), text(), prop_oneof![0..25, any::<i32>()]);
    let rest = (attributes(), count(), any::<u32>(), id(16), id(8));
    (times, texts, proptest::option::weighted(0.8, value()), rest).prop_map(
        |(times, texts, body, rest)| LogRecord {
            time_unix_nano: times.0,
            observed_time_unix_nano: times.1,
            severity_number: texts.2,
            severity_text: texts.0,
            event_name: texts.1,
            body,
            attributes: rest.0,
            dropped_attributes_count: rest.1,
            flags: rest.2,
            trace_id: rest.3,
            span_id: rest.4,
        },
    )
}

fn resource() -> impl Strategy<Value = Resource> {
    let entity = (text(), text(), vec(text(), 0..3), vec(text(), 0..2)).prop_map(
        |(schema_url, r#type, id_keys, description_keys)| EntityRef {
            schema_url,
            r#type,
            id_keys,
            description_keys,
        },
    );
    (attributes(), count(), vec(entity, 0..2)).prop_map(
        |(attributes, dropped_attributes_count, entity_refs)| Resource {
            attributes,
            dropped_attributes_count,
            entity_refs,
        },
    )
}

fn scope() -> impl Strategy<Value = InstrumentationScope> {
    (text(), text(), attributes(), count()).prop_map(
        |(name, version, attributes, dropped_attributes_count)| InstrumentationScope {
            name,
            version,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn span() -> impl Strategy<Value = Span> {
    let ids = (id(16), id(8), id(8), text(), any::<u32>());
    let scalars = (text(), prop_oneof![0..6, any::<i32>()], any::<u64>(), any::<u64>());
    let lists = (attributes(), vec(event(), 0..3), vec(link(), 0..3));
    let rest = ((count(), count(), count()), proptest::option::of(status()));
    (ids, scalars, lists, rest).prop_map(|(ids, scalars, lists, (counts, status))| Span {
        trace_id: ids.0,
        span_id: ids.1,
        parent_span_id: ids.2,
        trace_state: ids.3,
        flags: ids.4,
        name: scalars.0,
        kind: scalars.1,
        start_time_unix_nano: scalars.2,
        end_time_unix_nano: scalars.3,
        attributes: lists.0,
        dropped_attributes_count: counts.0,
        events: lists.1,
        dropped_events_count: counts.1,
        links: lists.2,
        dropped_links_count: counts.2,
        status,
    })
}

fn event() -> impl Strategy<Value = Event> {
    (any::<u64>(), text(), attributes(), count()).prop_map(
        |(time_unix_nano, name, attributes, dropped_attributes_count)| Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn link() -> impl Strategy<Value = Link> {
    (id(16), id(8), text(), attributes(), count(), any::<u32>()).prop_map(
        |(trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags)| Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            dropped_attributes_count,
            flags,
        },
    )
}

fn status() -> impl Strategy<Value = Status> {
    (text(), prop_oneof![0..3, any::<i32>()]).prop_map(|(message, code)| Status { message, code })
}

/// Good, zero, absent, of another length.
fn id(bytes: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => vec(any::<u8>(), bytes..=bytes),
        1 => Just(vec![0; bytes]),
        1 => Just(Vec::new()),
        1 => vec(any::<u8>(), 0..40),
    ]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![3 => Just(0), 1 => any::<u32>(), 1 => Just(u32::MAX)]
}

/// Empty, with U+0000, any text, and seldom a huge one.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "\\PC{0,12}",
        10 => Just(String::new()),
        5 => Just("a\0b".to_owned()),
        5 => any::<String>(),
        1 => (100_000..140_000_usize).prop_map(|it| "é".repeat(it / 2)),
    ]
}

/// Few keys, so that they repeat.
fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    vec(attribute(value().boxed()), 0..5)
}

fn attribute(value: BoxedStrategy<AnyValue>) -> impl Strategy<Value = KeyValue> {
    let key = prop_oneof![Just("gen_ai.system".to_owned()), Just("k".to_owned()), text()];
    let index = prop_oneof![4 => Just(0), 1 => any::<i32>()];
    (key, proptest::option::weighted(0.9, value), index)
        .prop_map(|(key, value, key_strindex)| KeyValue { key, value, key_strindex })
}

fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        any::<u64>().prop_map(f64::from_bits),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
    ]
}

fn value() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        1 => Just(None),
        4 => text().prop_map(|it| Some(Value::StringValue(it))),
        2 => any::<bool>().prop_map(|it| Some(Value::BoolValue(it))),
        2 => any::<i64>().prop_map(|it| Some(Value::IntValue(it))),
        2 => double().prop_map(|it| Some(Value::DoubleValue(it))),
        2 => vec(any::<u8>(), 0..20).prop_map(|it| Some(Value::BytesValue(it))),
        1 => any::<i32>().prop_map(|it| Some(Value::StringValueStrindex(it))),
    ];
    let leaf = leaf.prop_map(|value| AnyValue { value });
    leaf.prop_recursive(4, 12, 3, |inner| {
        let list =
            vec(inner.clone(), 0..4).prop_map(|values| Value::ArrayValue(ArrayValue { values }));
        let map = vec(attribute(inner.boxed()), 0..4)
            .prop_map(|values| Value::KvlistValue(KeyValueList { values }));
        prop_oneof![list, map].prop_map(|value| AnyValue { value: Some(value) })
    })
}
