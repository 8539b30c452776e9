//! Requests as OTLP/JSON, from prost's structs, in every way that is allowed: keys by hand, and nothing
//! shared with the reader.

use observatory_ports::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, InstrumentationScope, KeyValue, any_value::Value as Any,
};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint,
    SummaryDataPoint, exemplar, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::{Map, Value, json};

use super::reencode::Choices;

/// The request in `body` as JSON; `seed` decides between the ways to write it.
pub(crate) fn to_json(signal: Signal, body: &[u8], seed: u64) -> Vec<u8> {
    let mut w = Writer(Choices(seed));
    macro_rules! request {
        ($request:ident, $groups:ident $groups_key:literal, $scopes:ident $scopes_key:literal,
         $messages:ident $messages_key:literal, $write:ident) => {{
            let mut groups = Vec::new();
            for group in $request::decode(body).unwrap().$groups {
                let mut scopes = Vec::new();
                for scope in group.$scopes {
                    let messages = scope.$messages.into_iter().map(|it| w.$write(it)).collect();
                    let of = scope.scope.map(|it| w.scope(it));
                    let mut object = vec![
                        ($messages_key, Value::Array(messages)),
                        ("schemaUrl", Value::from(scope.schema_url)),
                    ];
                    object.extend(of.map(|it| ("scope", it)));
                    scopes.push(w.object(object));
                }
                let of = group.resource.map(|it| w.resource(it));
                let mut object = vec![
                    ($scopes_key, Value::Array(scopes)),
                    ("schemaUrl", Value::from(group.schema_url)),
                ];
                object.extend(of.map(|it| ("resource", it)));
                groups.push(w.object(object));
            }
            w.object(vec![($groups_key, Value::Array(groups))])
        }};
    }
    let request = match signal {
        Signal::Traces => request!(
            ExportTraceServiceRequest, resource_spans "resourceSpans", scope_spans "scopeSpans",
            spans "spans", span
        ),
        Signal::Metrics => request!(
            ExportMetricsServiceRequest, resource_metrics "resourceMetrics",
            scope_metrics "scopeMetrics", metrics "metrics", metric
        ),
        Signal::Logs => request!(
            ExportLogsServiceRequest, resource_logs "resourceLogs", scope_logs "scopeLogs",
            log_records "logRecords", log
        ),
    };
    serde_json::to_vec(&request).unwrap()
}

struct Writer(Choices);

impl Writer {
    /// An object; sometimes with members that say nothing.
    fn object(&mut self, members: Vec<(&str, Value)>) -> Value {
        let mut object: Map<String, Value> =
            members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        if self.0.one_in(4) {
            // What is null, or empty, may be left out.
            object.retain(|_, it| !(it.is_null() || it.as_array().is_some_and(Vec::is_empty)));
        }
        if self.0.one_in(4) {
            let unknown = json!({"a": [1, -2.5, "x", null, true, {"b": []}], "spans": 7});
            object.insert("unknownField".to_owned(), unknown);
        }
        Value::Object(object)
    }

    /// An integer: as a number or as a text.
    fn int(&mut self, number: impl Into<i128>) -> Value {
        let number = number.into();
        if self.0.one_in(2) {
            return Value::from(number.to_string());
        }
        i64::try_from(number).map_or_else(|_| json!(u64::try_from(number).unwrap()), Value::from)
    }

    fn double(&mut self, number: f64) -> Value {
        if number.is_nan() {
            Value::from("NaN")
        } else if number.is_infinite() {
            Value::from(if number > 0.0 { "Infinity" } else { "-Infinity" })
        } else if self.0.one_in(5) {
            Value::from(format!("{number:?}"))
        } else {
            Value::from(number)
        }
    }

    fn hex(&mut self, bytes: &[u8]) -> Value {
        let upper = self.0.one_in(2);
        let digits =
            bytes.iter().map(|it| if upper { format!("{it:02X}") } else { format!("{it:02x}") });
        Value::from(digits.collect::<String>())
    }

    fn base64(&mut self, bytes: &[u8]) -> Value {
        use base64::Engine;
        use base64::engine::general_purpose::{
            STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
        };
        Value::from(match self.0.below(4) {
            0 => STANDARD.encode(bytes),
            1 => STANDARD_NO_PAD.encode(bytes),
            2 => URL_SAFE.encode(bytes),
            _ => URL_SAFE_NO_PAD.encode(bytes),
        })
    }

    fn any(&mut self, value: AnyValue) -> Value {
        let member = match value.value {
            None => return self.object(Vec::new()),
            Some(Any::StringValue(text)) => ("stringValue", Value::from(text)),
            Some(Any::BoolValue(truth)) => ("boolValue", Value::from(truth)),
            Some(Any::IntValue(number)) => ("intValue", self.int(number)),
            Some(Any::DoubleValue(number)) => ("doubleValue", self.double(number)),
            Some(Any::BytesValue(bytes)) => ("bytesValue", self.base64(&bytes)),
            Some(Any::StringValueStrindex(index)) => ("stringValueStrindex", self.int(index)),
            Some(Any::ArrayValue(list)) => {
                let values = list.values.into_iter().map(|it| self.any(it)).collect();
                ("arrayValue", self.object(vec![("values", Value::Array(values))]))
            }
            Some(Any::KvlistValue(list)) => {
                let values = self.attributes(list.values);
                ("kvlistValue", self.object(vec![("values", values)]))
            }
        };
        self.object(vec![member])
    }

    fn attributes(&mut self, attributes: Vec<KeyValue>) -> Value {
        let attribute = |it: KeyValue| {
            let value = it.value.map_or(Value::Null, |it| self.any(it));
            let index = self.int(it.key_strindex);
            self.object(vec![("key", it.key.into()), ("value", value), ("keyStrindex", index)])
        };
        attributes.into_iter().map(attribute).collect()
    }

    fn resource(&mut self, resource: Resource) -> Value {
        let entities = resource.entity_refs.into_iter().map(|it| {
            json!({"schemaUrl": it.schema_url, "type": it.r#type, "idKeys": it.id_keys,
                   "descriptionKeys": it.description_keys})
        });
        let entities = entities.collect();
        let members = vec![
            ("attributes", self.attributes(resource.attributes)),
            ("droppedAttributesCount", self.int(resource.dropped_attributes_count)),
            ("entityRefs", entities),
        ];
        self.object(members)
    }

    fn scope(&mut self, scope: InstrumentationScope) -> Value {
        let members = vec![
            ("name", scope.name.into()),
            ("version", scope.version.into()),
            ("attributes", self.attributes(scope.attributes)),
            ("droppedAttributesCount", self.int(scope.dropped_attributes_count)),
        ];
        self.object(members)
    }

    fn span(&mut self, span: Span) -> Value {
        let events = span.events.into_iter().map(|it| {
            let members = vec![
                ("timeUnixNano", self.int(it.time_unix_nano)),
                ("name", it.name.into()),
                ("attributes", self.attributes(it.attributes)),
                ("droppedAttributesCount", self.int(it.dropped_attributes_count)),
            ];
            self.object(members)
        });
        let events: Value = events.collect();
        let links = span.links.into_iter().map(|it| {
            let members = vec![
                ("traceId", self.hex(&it.trace_id)),
                ("spanId", self.hex(&it.span_id)),
                ("traceState", it.trace_state.into()),
                ("attributes", self.attributes(it.attributes)),
                ("droppedAttributesCount", self.int(it.dropped_attributes_count)),
                ("flags", self.int(it.flags)),
            ];
            self.object(members)
        });
        let links: Value = links.collect();
        let status = span.status.map(|it| json!({"message": it.message, "code": it.code}));
        let members = vec![
            ("traceId", self.hex(&span.trace_id)),
            ("spanId", self.hex(&span.span_id)),
            ("traceState", span.trace_state.into()),
            ("parentSpanId", self.hex(&span.parent_span_id)),
            ("name", span.name.into()),
            ("kind", span.kind.into()),
            ("startTimeUnixNano", self.int(span.start_time_unix_nano)),
            ("endTimeUnixNano", self.int(span.end_time_unix_nano)),
            ("attributes", self.attributes(span.attributes)),
            ("droppedAttributesCount", self.int(span.dropped_attributes_count)),
            ("events", events),
            ("droppedEventsCount", self.int(span.dropped_events_count)),
            ("links", links),
            ("droppedLinksCount", self.int(span.dropped_links_count)),
            ("status", status.into()),
            ("flags", self.int(span.flags)),
        ];
        self.object(members)
    }

    fn log(&mut self, log: LogRecord) -> Value {
        let members = vec![
            ("timeUnixNano", self.int(log.time_unix_nano)),
            ("observedTimeUnixNano", self.int(log.observed_time_unix_nano)),
            ("severityNumber", log.severity_number.into()),
            ("severityText", log.severity_text.into()),
            ("body", log.body.map_or(Value::Null, |it| self.any(it))),
            ("attributes", self.attributes(log.attributes)),
            ("droppedAttributesCount", self.int(log.dropped_attributes_count)),
            ("flags", self.int(log.flags)),
            ("traceId", self.hex(&log.trace_id)),
            ("spanId", self.hex(&log.span_id)),
            ("eventName", log.event_name.into()),
        ];
        self.object(members)
    }

    fn metric(&mut self, metric: Metric) -> Value {
        let data = metric.data.map(|data| match data {
            Data::Gauge(data) => {
                let points: Value =
                    data.data_points.into_iter().map(|it| self.number(it)).collect();
                ("gauge", json!({"dataPoints": points}))
            }
            Data::Sum(data) => {
                let points: Value =
                    data.data_points.into_iter().map(|it| self.number(it)).collect();
                let (temporality, monotonic) = (data.aggregation_temporality, data.is_monotonic);
                let data = json!({"dataPoints": points, "aggregationTemporality": temporality,
                                  "isMonotonic": monotonic});
                ("sum", data)
            }
            Data::Histogram(data) => {
                let points = data.data_points.into_iter().map(|it| self.histogram(it));
                let points: Value = points.collect();
                let temporality = data.aggregation_temporality;
                let data = json!({"dataPoints": points, "aggregationTemporality": temporality});
                ("histogram", data)
            }
            Data::ExponentialHistogram(data) => {
                let points = data.data_points.into_iter().map(|it| self.exponential(it));
                let points: Value = points.collect();
                let temporality = data.aggregation_temporality;
                let data = json!({"dataPoints": points, "aggregationTemporality": temporality});
                ("exponentialHistogram", data)
            }
            Data::Summary(data) => {
                let points: Value =
                    data.data_points.into_iter().map(|it| self.summary(it)).collect();
                ("summary", json!({"dataPoints": points}))
            }
        });
        let mut members = vec![
            ("name", metric.name.into()),
            ("description", metric.description.into()),
            ("unit", metric.unit.into()),
            ("metadata", self.attributes(metric.metadata)),
        ];
        members.extend(data);
        self.object(members)
    }

    fn number(&mut self, point: NumberDataPoint) -> Value {
        use number_data_point::Value::{AsDouble, AsInt};
        let mut members = vec![
            ("attributes", self.attributes(point.attributes)),
            ("startTimeUnixNano", self.int(point.start_time_unix_nano)),
            ("timeUnixNano", self.int(point.time_unix_nano)),
            ("exemplars", self.exemplars(point.exemplars)),
            ("flags", self.int(point.flags)),
        ];
        members.extend(point.value.map(|it| match it {
            AsInt(number) => ("asInt", self.int(number)),
            AsDouble(number) => ("asDouble", self.double(number)),
        }));
        self.object(members)
    }

    /// Sum, minimum and maximum, which say by their presence that they were sent.
    fn summed(&mut self, summed: [Option<f64>; 3]) -> Vec<(&'static str, Value)> {
        let named = ["sum", "min", "max"].into_iter().zip(summed);
        named.filter_map(|(key, it)| Some((key, self.double(it?)))).collect()
    }

    fn histogram(&mut self, point: HistogramDataPoint) -> Value {
        let mut members = vec![
            ("attributes", self.attributes(point.attributes)),
            ("startTimeUnixNano", self.int(point.start_time_unix_nano)),
            ("timeUnixNano", self.int(point.time_unix_nano)),
            ("exemplars", self.exemplars(point.exemplars)),
            ("flags", self.int(point.flags)),
            ("count", self.int(point.count)),
            ("bucketCounts", point.bucket_counts.into_iter().map(|it| self.int(it)).collect()),
            (
                "explicitBounds",
                point.explicit_bounds.into_iter().map(|it| self.double(it)).collect(),
            ),
        ];
        members.extend(self.summed([point.sum, point.min, point.max]));
        self.object(members)
    }

    fn exponential(&mut self, point: ExponentialHistogramDataPoint) -> Value {
        let mut members = vec![
            ("attributes", self.attributes(point.attributes)),
            ("startTimeUnixNano", self.int(point.start_time_unix_nano)),
            ("timeUnixNano", self.int(point.time_unix_nano)),
            ("exemplars", self.exemplars(point.exemplars)),
            ("flags", self.int(point.flags)),
            ("count", self.int(point.count)),
            ("scale", self.int(point.scale)),
            ("zeroCount", self.int(point.zero_count)),
            ("zeroThreshold", self.double(point.zero_threshold)),
        ];
        members.extend(point.positive.map(|it| ("positive", self.buckets(it))));
        members.extend(point.negative.map(|it| ("negative", self.buckets(it))));
        members.extend(self.summed([point.sum, point.min, point.max]));
        self.object(members)
    }

    fn buckets(&mut self, buckets: Buckets) -> Value {
        let members = vec![
            ("offset", self.int(buckets.offset)),
            ("bucketCounts", buckets.bucket_counts.into_iter().map(|it| self.int(it)).collect()),
        ];
        self.object(members)
    }

    fn summary(&mut self, point: SummaryDataPoint) -> Value {
        let quantiles = point.quantile_values.into_iter().map(
            |it| json!({"quantile": self.double(it.quantile), "value": self.double(it.value)}),
        );
        let quantiles: Value = quantiles.collect();
        let members = vec![
            ("attributes", self.attributes(point.attributes)),
            ("startTimeUnixNano", self.int(point.start_time_unix_nano)),
            ("timeUnixNano", self.int(point.time_unix_nano)),
            ("flags", self.int(point.flags)),
            ("count", self.int(point.count)),
            ("sum", self.double(point.sum)),
            ("quantileValues", quantiles),
        ];
        self.object(members)
    }

    fn exemplars(&mut self, exemplars: Vec<Exemplar>) -> Value {
        use exemplar::Value::{AsDouble, AsInt};
        let exemplar = |it: Exemplar| {
            let mut members = vec![
                ("filteredAttributes", self.attributes(it.filtered_attributes)),
                ("timeUnixNano", self.int(it.time_unix_nano)),
                ("spanId", self.hex(&it.span_id)),
                ("traceId", self.hex(&it.trace_id)),
            ];
            members.extend(it.value.map(|it| match it {
                AsInt(number) => ("asInt", self.int(number)),
                AsDouble(number) => ("asDouble", self.double(number)),
            }));
            self.object(members)
        };
        exemplars.into_iter().map(exemplar).collect()
    }
}
