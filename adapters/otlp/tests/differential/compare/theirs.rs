//! From prost's structs to the model.

use observatory_ports::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, InstrumentationScope, KeyValue, any_value::Value,
};
use opentelemetry_proto::tonic::{logs, metrics, resource, trace};
use prost::{DecodeError, Message};

use super::super::model::{
    Attributes, Buckets, Content, Counted, Data, Event, Exemplar, Link, Log, Metric, Number, Point,
    Record, Resource, Scope, Span, What,
};

/// Every record of a request of `signal`, in the order of the wire.
pub(super) fn records(signal: Signal, body: &[u8]) -> Result<Vec<Record>, DecodeError> {
    let mut records = Vec::new();
    macro_rules! gather {
        ($request:ident, $groups:ident, $scopes:ident, $messages:ident, $read:expr) => {
            for group in $request::decode(body)?.$groups {
                let resource = resource(group.resource, group.schema_url);
                for group in group.$scopes {
                    let scope = scope(group.scope, group.schema_url);
                    for what in group.$messages.into_iter().flat_map($read) {
                        let ordinal = u32::try_from(records.len()).expect("fewer than 2^32");
                        let (resource, scope) = (resource.clone(), scope.clone());
                        records.push(Record { ordinal, resource, scope, what });
                    }
                }
            }
        };
    }
    match signal {
        Signal::Traces => {
            gather!(ExportTraceServiceRequest, resource_spans, scope_spans, spans, |it| {
                [What::Span(span(it))]
            })
        }
        Signal::Logs => {
            gather!(ExportLogsServiceRequest, resource_logs, scope_logs, log_records, |it| {
                [What::Log(log(it))]
            })
        }
        Signal::Metrics => {
            gather!(ExportMetricsServiceRequest, resource_metrics, scope_metrics, metrics, points);
        }
    }
    Ok(records)
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

pub(super) fn attributes(messages: Vec<KeyValue>) -> Attributes {
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

pub(super) fn log(message: logs::v1::LogRecord) -> Log {
    Log {
        time: message.time_unix_nano,
        observed_time: message.observed_time_unix_nano,
        severity_number: message.severity_number,
        severity_text: message.severity_text,
        event_name: message.event_name,
        body: message.body.map(content),
        attributes: attributes(message.attributes),
        dropped_attributes_count: message.dropped_attributes_count,
        flags: message.flags,
        trace_id: message.trace_id,
        span_id: message.span_id,
    }
}

fn points(message: metrics::v1::Metric) -> Vec<What> {
    use metrics::v1::metric::Data;
    let mut metric = Metric {
        name: message.name,
        description: message.description,
        unit: message.unit,
        metadata: attributes(message.metadata),
        kind: "",
        temporality: 0,
        is_monotonic: false,
    };
    let points: Vec<Point> = match message.data {
        None => Vec::new(),
        Some(Data::Gauge(data)) => {
            metric.kind = "gauge";
            data.data_points.into_iter().map(|it| number(&metric, it)).collect()
        }
        Some(Data::Sum(data)) => {
            metric.kind = "sum";
            metric.temporality = data.aggregation_temporality;
            metric.is_monotonic = data.is_monotonic;
            data.data_points.into_iter().map(|it| number(&metric, it)).collect()
        }
        Some(Data::Histogram(data)) => {
            metric.kind = "histogram";
            metric.temporality = data.aggregation_temporality;
            data.data_points.into_iter().map(|it| histogram(&metric, it)).collect()
        }
        Some(Data::ExponentialHistogram(data)) => {
            metric.kind = "exponential_histogram";
            metric.temporality = data.aggregation_temporality;
            data.data_points.into_iter().map(|it| exponential(&metric, it)).collect()
        }
        Some(Data::Summary(data)) => {
            metric.kind = "summary";
            data.data_points.into_iter().map(|it| summary(&metric, it)).collect()
        }
    };
    points.into_iter().map(|it| What::Point(Box::new(it))).collect()
}

/// Decodes the message of a point, as the metric says of what kind it is.
pub(super) fn point(metric: &Metric, message: &[u8]) -> Point {
    const WHOLE: &str = "a record's bytes are a point";
    match metric.kind {
        "gauge" | "sum" => number(metric, Message::decode(message).expect(WHOLE)),
        "histogram" => histogram(metric, Message::decode(message).expect(WHOLE)),
        "exponential_histogram" => exponential(metric, Message::decode(message).expect(WHOLE)),
        _ => summary(metric, Message::decode(message).expect(WHOLE)),
    }
}

fn number(metric: &Metric, message: metrics::v1::NumberDataPoint) -> Point {
    use metrics::v1::number_data_point::Value;
    Point {
        metric: metric.clone(),
        attributes: attributes(message.attributes),
        start: message.start_time_unix_nano,
        time: message.time_unix_nano,
        flags: message.flags,
        exemplars: message.exemplars.into_iter().map(exemplar).collect(),
        data: Data::Number(message.value.map(|it| match it {
            Value::AsInt(number) => Number::Int(number),
            Value::AsDouble(number) => Number::Double(number.to_bits()),
        })),
    }
}

fn histogram(metric: &Metric, message: metrics::v1::HistogramDataPoint) -> Point {
    let summed = [message.sum, message.min, message.max].map(|it| it.map(f64::to_bits));
    Point {
        metric: metric.clone(),
        attributes: attributes(message.attributes),
        start: message.start_time_unix_nano,
        time: message.time_unix_nano,
        flags: message.flags,
        exemplars: message.exemplars.into_iter().map(exemplar).collect(),
        data: Data::Histogram {
            counted: Counted { count: message.count, summed },
            bucket_counts: message.bucket_counts,
            bounds: message.explicit_bounds.into_iter().map(f64::to_bits).collect(),
        },
    }
}

fn exponential(metric: &Metric, message: metrics::v1::ExponentialHistogramDataPoint) -> Point {
    let summed = [message.sum, message.min, message.max].map(|it| it.map(f64::to_bits));
    let buckets = |it: metrics::v1::exponential_histogram_data_point::Buckets| -> Buckets {
        (it.offset, it.bucket_counts)
    };
    Point {
        metric: metric.clone(),
        attributes: attributes(message.attributes),
        start: message.start_time_unix_nano,
        time: message.time_unix_nano,
        flags: message.flags,
        exemplars: message.exemplars.into_iter().map(exemplar).collect(),
        data: Data::Exponential {
            counted: Counted { count: message.count, summed },
            zero: (message.zero_count, message.zero_threshold.to_bits()),
            scale: message.scale,
            buckets: [message.positive.map(buckets), message.negative.map(buckets)],
        },
    }
}

fn summary(metric: &Metric, message: metrics::v1::SummaryDataPoint) -> Point {
    let quantiles = message.quantile_values.into_iter();
    Point {
        metric: metric.clone(),
        attributes: attributes(message.attributes),
        start: message.start_time_unix_nano,
        time: message.time_unix_nano,
        flags: message.flags,
        exemplars: Vec::new(),
        data: Data::Summary {
            count: message.count,
            sum: message.sum.to_bits(),
            quantiles: quantiles.map(|it| (it.quantile.to_bits(), it.value.to_bits())).collect(),
        },
    }
}

fn exemplar(message: metrics::v1::Exemplar) -> Exemplar {
    use metrics::v1::exemplar::Value;
    Exemplar {
        time: message.time_unix_nano,
        value: message.value.map(|it| match it {
            Value::AsInt(number) => Number::Int(number),
            Value::AsDouble(number) => Number::Double(number.to_bits()),
        }),
        trace_id: message.trace_id,
        span_id: message.span_id,
        attributes: attributes(message.filtered_attributes),
    }
}
