//! Makes of anything something that columns represent, as they do almost all of what is really sent. Of
//! generated records hardly any would do without its original.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, Metric};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

pub(crate) fn resource(resource: &mut Resource) {
    attributes(&mut resource.attributes);
    count(&mut resource.dropped_attributes_count);
    resource.entity_refs.clear();
}

pub(crate) fn scope(scope: &mut InstrumentationScope) {
    text(&mut scope.name);
    text(&mut scope.version);
    attributes(&mut scope.attributes);
    count(&mut scope.dropped_attributes_count);
}

pub(crate) fn span(span: &mut Span) {
    attributes(&mut span.attributes);
    text(&mut span.name);
    text(&mut span.trace_state);
    if let Some(status) = &mut span.status {
        text(&mut status.message);
        status.code = status.code.rem_euclid(3);
    }
    span.kind = span.kind.rem_euclid(6);
    count(&mut span.flags);
    count(&mut span.dropped_attributes_count);
    count(&mut span.dropped_events_count);
    count(&mut span.dropped_links_count);
    id(&mut span.parent_span_id, 8);
    for event in &mut span.events {
        text(&mut event.name);
        attributes(&mut event.attributes);
    }
    for link in &mut span.links {
        text(&mut link.trace_state);
        attributes(&mut link.attributes);
    }
}

pub(crate) fn log(log: &mut LogRecord) {
    text(&mut log.severity_text);
    text(&mut log.event_name);
    log.severity_number = log.severity_number.rem_euclid(25);
    let is_plain = log.body.as_ref().is_none_or(|it| it.value.as_ref().is_some_and(plain));
    if !is_plain {
        log.body = None;
    }
    attributes(&mut log.attributes);
    count(&mut log.dropped_attributes_count);
    count(&mut log.flags);
    id(&mut log.trace_id, 16);
    id(&mut log.span_id, 8);
}

pub(crate) fn metric(metric: &mut Metric) {
    text(&mut metric.name);
    text(&mut metric.description);
    text(&mut metric.unit);
    attributes(&mut metric.metadata);
    match &mut metric.data {
        Some(Data::Gauge(data)) => {
            for point in &mut data.data_points {
                common(&mut point.attributes, &mut point.flags, &mut point.exemplars);
            }
        }
        Some(Data::Sum(data)) => {
            for point in &mut data.data_points {
                common(&mut point.attributes, &mut point.flags, &mut point.exemplars);
            }
        }
        Some(Data::Histogram(data)) => {
            for point in &mut data.data_points {
                common(&mut point.attributes, &mut point.flags, &mut point.exemplars);
                counts(&mut point.count, &mut point.bucket_counts);
            }
        }
        Some(Data::ExponentialHistogram(data)) => {
            for point in &mut data.data_points {
                common(&mut point.attributes, &mut point.flags, &mut point.exemplars);
                counts(&mut point.count, &mut []);
                counts(&mut point.zero_count, &mut []);
                for buckets in [&mut point.positive, &mut point.negative].into_iter().flatten() {
                    counts(&mut 0, &mut buckets.bucket_counts);
                }
            }
        }
        Some(Data::Summary(data)) => {
            for point in &mut data.data_points {
                common(&mut point.attributes, &mut point.flags, &mut Vec::new());
                counts(&mut point.count, &mut []);
            }
        }
        None => (),
    }
}

fn common(of: &mut Vec<KeyValue>, flags: &mut u32, exemplars: &mut [Exemplar]) {
    attributes(of);
    count(flags);
    for exemplar in exemplars {
        attributes(&mut exemplar.filtered_attributes);
    }
}

fn counts(count: &mut u64, buckets: &mut [u64]) {
    *count >>= 1;
    for bucket in buckets {
        *bucket >>= 1;
    }
}

fn count(count: &mut u32) {
    *count >>= 1;
}

fn text(text: &mut String) {
    text.retain(|it| it != '\0');
}

fn id(id: &mut Vec<u8>, bytes: usize) {
    if id.len() != bytes || id.iter().all(|it| *it == 0) {
        id.clear();
    }
}

fn attributes(attributes: &mut Vec<KeyValue>) {
    let is_plain = |it: &KeyValue| {
        let value = it.value.as_ref().and_then(|it| it.value.as_ref());
        !it.key.contains('\0') && value.is_some_and(plain)
    };
    attributes.retain(is_plain);
    attributes.sort_by(|a, b| a.key.cmp(&b.key));
    attributes.dedup_by(|a, b| a.key == b.key);
}

fn plain(value: &Value) -> bool {
    match value {
        Value::StringValue(text) => !text.contains('\0'),
        Value::DoubleValue(number) => number.is_finite() && number.to_bits() != 1 << 63,
        Value::IntValue(_) | Value::BoolValue(_) => true,
        Value::ArrayValue(list) => {
            list.values.iter().all(|it| it.value.as_ref().is_some_and(plain))
        }
        Value::KvlistValue(map) => {
            let mut whole = map.values.clone();
            attributes(&mut whole);
            whole.len() == map.values.len()
        }
        Value::BytesValue(_) | Value::StringValueStrindex(_) => false,
    }
}
