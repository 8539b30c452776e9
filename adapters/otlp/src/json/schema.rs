//! The messages of OTLP as a table: one line a field. Both directions of JSON follow it
//! (opentelemetry-proto 1.11; protobuf.dev, "ProtoJSON Format"; OTLP specification, "JSON Protobuf
//! Encoding").

use observatory_ports::Signal;

/// A message type.
#[derive(Debug)]
pub(super) struct Message {
    /// Its name in errors.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    /// Its key in JSON: lowerCamelCase.
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    pub(super) occurs: Occurs,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// `string`.
    Text,
    /// `bytes` of an id: hex in JSON.
    Hex,
    /// Other `bytes`: base64 in JSON.
    Base64,
    /// `bool`.
    Bool,
    /// `int32` and enums, which OTLP/JSON writes as numbers.
    Int32,
    /// `sint32`.
    Sint32,
    /// `uint32`.
    Uint32,
    /// `int64`: a text or a number in JSON.
    Int64,
    /// `uint64`.
    Uint64,
    /// `fixed32`.
    Fixed32,
    /// `fixed64`.
    Fixed64,
    /// `sfixed64`.
    Sfixed64,
    /// `double`: a number, or NaN, Infinity, -Infinity as a text.
    Double,
    /// A message.
    Message(&'static Message),
}

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurs {
    /// Once; of a list, only the last would count.
    Once,
    /// As a list.
    Often,
}

const fn one(number: u32, key: &'static str, kind: Kind) -> Field {
    Field { number, key, kind, occurs: Occurs::Once }
}

const fn many(number: u32, key: &'static str, kind: Kind) -> Field {
    Field { number, key, kind, occurs: Occurs::Often }
}

/// The request of `signal`.
pub(super) const fn request(signal: Signal) -> &'static Message {
    match signal {
        Signal::Traces => &TRACES,
        Signal::Metrics => &METRICS,
        Signal::Logs => &LOGS,
    }
}

use Kind::{
    Base64, Bool, Double, Fixed32, Fixed64, Hex, Int32, Int64, Sfixed64, Sint32, Text, Uint32,
    Uint64,
};

macro_rules! messages {
    ($($name:ident $said:literal { $($how:ident $number:literal $key:literal $kind:expr;)* })*) => {$(
        static $name: Message =
            Message { name: $said, fields: &[$($how($number, $key, $kind),)*] };
    )*};
}

messages! {
    TRACES "request" { many 1 "resourceSpans" Kind::Message(&RESOURCE_SPANS); }
    RESOURCE_SPANS "resourceSpans" {
        one 1 "resource" Kind::Message(&RESOURCE);
        many 2 "scopeSpans" Kind::Message(&SCOPE_SPANS);
        one 3 "schemaUrl" Text;
    }
    SCOPE_SPANS "scopeSpans" {
        one 1 "scope" Kind::Message(&SCOPE);
        many 2 "spans" Kind::Message(&SPAN);
        one 3 "schemaUrl" Text;
    }
    METRICS "request" { many 1 "resourceMetrics" Kind::Message(&RESOURCE_METRICS); }
    RESOURCE_METRICS "resourceMetrics" {
        one 1 "resource" Kind::Message(&RESOURCE);
        many 2 "scopeMetrics" Kind::Message(&SCOPE_METRICS);
        one 3 "schemaUrl" Text;
    }
    SCOPE_METRICS "scopeMetrics" {
        one 1 "scope" Kind::Message(&SCOPE);
        many 2 "metrics" Kind::Message(&METRIC);
        one 3 "schemaUrl" Text;
    }
    LOGS "request" { many 1 "resourceLogs" Kind::Message(&RESOURCE_LOGS); }
    RESOURCE_LOGS "resourceLogs" {
        one 1 "resource" Kind::Message(&RESOURCE);
        many 2 "scopeLogs" Kind::Message(&SCOPE_LOGS);
        one 3 "schemaUrl" Text;
    }
    SCOPE_LOGS "scopeLogs" {
        one 1 "scope" Kind::Message(&SCOPE);
        many 2 "logRecords" Kind::Message(&LOG_RECORD);
        one 3 "schemaUrl" Text;
    }
    RESOURCE "resource" {
        many 1 "attributes" Kind::Message(&KEY_VALUE);
        one 2 "droppedAttributesCount" Uint32;
        many 3 "entityRefs" Kind::Message(&ENTITY_REF);
    }
    ENTITY_REF "entityRef" {
        one 1 "schemaUrl" Text;
        one 2 "type" Text;
        many 3 "idKeys" Text;
        many 4 "descriptionKeys" Text;
    }
    SCOPE "scope" {
        one 1 "name" Text;
        one 2 "version" Text;
        many 3 "attributes" Kind::Message(&KEY_VALUE);
        one 4 "droppedAttributesCount" Uint32;
    }
    KEY_VALUE "attribute" {
        one 1 "key" Text;
        one 2 "value" Kind::Message(&ANY_VALUE);
        one 3 "keyStrindex" Int32;
    }
    ANY_VALUE "value" {
        one 1 "stringValue" Text;
        one 2 "boolValue" Bool;
        one 3 "intValue" Int64;
        one 4 "doubleValue" Double;
        one 5 "arrayValue" Kind::Message(&ARRAY_VALUE);
        one 6 "kvlistValue" Kind::Message(&KEY_VALUE_LIST);
        one 7 "bytesValue" Base64;
        one 8 "stringValueStrindex" Int32;
    }
    ARRAY_VALUE "arrayValue" { many 1 "values" Kind::Message(&ANY_VALUE); }
    KEY_VALUE_LIST "kvlistValue" { many 1 "values" Kind::Message(&KEY_VALUE); }
    SPAN "span" {
        one 1 "traceId" Hex;
        one 2 "spanId" Hex;
        one 3 "traceState" Text;
        one 4 "parentSpanId" Hex;
        one 5 "name" Text;
        one 6 "kind" Int32;
        one 7 "startTimeUnixNano" Fixed64;
        one 8 "endTimeUnixNano" Fixed64;
        many 9 "attributes" Kind::Message(&KEY_VALUE);
        one 10 "droppedAttributesCount" Uint32;
        many 11 "events" Kind::Message(&EVENT);
        one 12 "droppedEventsCount" Uint32;
        many 13 "links" Kind::Message(&LINK);
        one 14 "droppedLinksCount" Uint32;
        one 15 "status" Kind::Message(&STATUS);
        one 16 "flags" Fixed32;
    }
    EVENT "event" {
        one 1 "timeUnixNano" Fixed64;
        one 2 "name" Text;
        many 3 "attributes" Kind::Message(&KEY_VALUE);
        one 4 "droppedAttributesCount" Uint32;
    }
    LINK "link" {
        one 1 "traceId" Hex;
        one 2 "spanId" Hex;
        one 3 "traceState" Text;
        many 4 "attributes" Kind::Message(&KEY_VALUE);
        one 5 "droppedAttributesCount" Uint32;
        one 6 "flags" Fixed32;
    }
    STATUS "status" {
        one 2 "message" Text;
        one 3 "code" Int32;
    }
    LOG_RECORD "logRecord" {
        one 1 "timeUnixNano" Fixed64;
        one 2 "severityNumber" Int32;
        one 3 "severityText" Text;
        one 5 "body" Kind::Message(&ANY_VALUE);
        many 6 "attributes" Kind::Message(&KEY_VALUE);
        one 7 "droppedAttributesCount" Uint32;
        one 8 "flags" Fixed32;
        one 9 "traceId" Hex;
        one 10 "spanId" Hex;
        one 11 "observedTimeUnixNano" Fixed64;
        one 12 "eventName" Text;
    }
    METRIC "metric" {
        one 1 "name" Text;
        one 2 "description" Text;
        one 3 "unit" Text;
        one 5 "gauge" Kind::Message(&GAUGE);
        one 7 "sum" Kind::Message(&SUM);
        one 9 "histogram" Kind::Message(&HISTOGRAM);
        one 10 "exponentialHistogram" Kind::Message(&EXPONENTIAL_HISTOGRAM);
        one 11 "summary" Kind::Message(&SUMMARY);
        many 12 "metadata" Kind::Message(&KEY_VALUE);
    }
    GAUGE "gauge" { many 1 "dataPoints" Kind::Message(&NUMBER_POINT); }
    SUM "sum" {
        many 1 "dataPoints" Kind::Message(&NUMBER_POINT);
        one 2 "aggregationTemporality" Int32;
        one 3 "isMonotonic" Bool;
    }
    HISTOGRAM "histogram" {
        many 1 "dataPoints" Kind::Message(&HISTOGRAM_POINT);
        one 2 "aggregationTemporality" Int32;
    }
    EXPONENTIAL_HISTOGRAM "exponentialHistogram" {
        many 1 "dataPoints" Kind::Message(&EXPONENTIAL_POINT);
        one 2 "aggregationTemporality" Int32;
    }
    SUMMARY "summary" { many 1 "dataPoints" Kind::Message(&SUMMARY_POINT); }
    NUMBER_POINT "dataPoint" {
        one 2 "startTimeUnixNano" Fixed64;
        one 3 "timeUnixNano" Fixed64;
        one 4 "asDouble" Double;
        many 5 "exemplars" Kind::Message(&EXEMPLAR);
        one 6 "asInt" Sfixed64;
        many 7 "attributes" Kind::Message(&KEY_VALUE);
        one 8 "flags" Uint32;
    }
    HISTOGRAM_POINT "dataPoint" {
        one 2 "startTimeUnixNano" Fixed64;
        one 3 "timeUnixNano" Fixed64;
        one 4 "count" Fixed64;
        one 5 "sum" Double;
        many 6 "bucketCounts" Fixed64;
        many 7 "explicitBounds" Double;
        many 8 "exemplars" Kind::Message(&EXEMPLAR);
        many 9 "attributes" Kind::Message(&KEY_VALUE);
        one 10 "flags" Uint32;
        one 11 "min" Double;
        one 12 "max" Double;
    }
    EXPONENTIAL_POINT "dataPoint" {
        many 1 "attributes" Kind::Message(&KEY_VALUE);
        one 2 "startTimeUnixNano" Fixed64;
        one 3 "timeUnixNano" Fixed64;
        one 4 "count" Fixed64;
        one 5 "sum" Double;
        one 6 "scale" Sint32;
        one 7 "zeroCount" Fixed64;
        one 8 "positive" Kind::Message(&BUCKETS);
        one 9 "negative" Kind::Message(&BUCKETS);
        one 10 "flags" Uint32;
        many 11 "exemplars" Kind::Message(&EXEMPLAR);
        one 12 "min" Double;
        one 13 "max" Double;
        one 14 "zeroThreshold" Double;
    }
    BUCKETS "buckets" {
        one 1 "offset" Sint32;
        many 2 "bucketCounts" Uint64;
    }
    SUMMARY_POINT "dataPoint" {
        one 2 "startTimeUnixNano" Fixed64;
        one 3 "timeUnixNano" Fixed64;
        one 4 "count" Fixed64;
        one 5 "sum" Double;
        many 6 "quantileValues" Kind::Message(&QUANTILE);
        many 7 "attributes" Kind::Message(&KEY_VALUE);
        one 8 "flags" Uint32;
    }
    QUANTILE "quantileValue" {
        one 1 "quantile" Double;
        one 2 "value" Double;
    }
    EXEMPLAR "exemplar" {
        one 2 "timeUnixNano" Fixed64;
        one 3 "asDouble" Double;
        one 4 "spanId" Hex;
        one 5 "traceId" Hex;
        one 6 "asInt" Sfixed64;
        many 7 "filteredAttributes" Kind::Message(&KEY_VALUE);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn check(message: &'static Message, seen: &mut HashSet<&'static str>) {
        let numbers: HashSet<_> = message.fields.iter().map(|it| it.number).collect();
        let keys: HashSet<_> = message.fields.iter().map(|it| it.key).collect();
        assert_eq!((numbers.len(), keys.len()), (message.fields.len(), message.fields.len()));
        for field in message.fields {
            if let Kind::Message(inside) = field.kind
                && seen.insert(field.key)
            {
                check(inside, seen);
            }
        }
    }

    #[test]
    fn every_field_has_a_number_and_a_key_of_its_own() {
        for signal in Signal::ALL {
            check(request(signal), &mut HashSet::new());
        }
    }
}
