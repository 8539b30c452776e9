//! The data points of workload M, as generated types: what an SDK's periodic reader sends.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
    Sum,
};

use super::Workload;
use super::parts::{MODELS, SCHEMA_URL, number, resource, scope, text};

/// The bounds that the conventions give for `gen_ai.client.token.usage`.
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// OTLP's `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: i32 = 2;

/// A whole request: half of the points are of a histogram, a quarter each of a sum and a gauge.
pub(super) fn request() -> ExportMetricsServiceRequest {
    let half = Workload::M.records() / 2;
    let histogram = Histogram {
        data_points: (0..half).map(histogram_point).collect(),
        aggregation_temporality: CUMULATIVE,
    };
    let sum = Sum {
        data_points: (0..half / 2).map(|it| number_point(it, Value::AsInt(1000))).collect(),
        aggregation_temporality: CUMULATIVE,
        is_monotonic: true,
    };
    let gauge = Gauge {
        data_points: (0..half / 2).map(|it| number_point(it, Value::AsDouble(0.73))).collect(),
    };
    let metrics = vec![
        metric("gen_ai.client.token.usage", "{token}", Data::Histogram(histogram)),
        metric("app.requests", "{request}", Data::Sum(sum)),
        metric("app.queue.fill", "1", Data::Gauge(gauge)),
    ];
    let scope_metrics =
        ScopeMetrics { scope: Some(scope()), metrics, schema_url: SCHEMA_URL.to_owned() };
    let group = ResourceMetrics {
        resource: Some(resource()),
        scope_metrics: vec![scope_metrics],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest { resource_metrics: vec![group] }
}

fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric {
        name: name.to_owned(),
        description: "What the benchmark counts.".to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

/// The attributes of a series.
fn attributes(index: usize) -> Vec<KeyValue> {
    let (provider, model) = MODELS[index % MODELS.len()];
    vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", provider),
        text("gen_ai.request.model", model),
        text("tenant", &format!("tenant-{index:04}")),
        number("server.port", 443),
    ]
}

fn histogram_point(index: usize) -> HistogramDataPoint {
    let counts = (0_u64..15).map(|it| it * 3 + index as u64 % 7);
    HistogramDataPoint {
        attributes: attributes(index),
        // Overwritten by the template.
        start_time_unix_nano: u64::MAX,
        time_unix_nano: u64::MAX,
        count: counts.clone().sum(),
        sum: Some(123_456.0),
        bucket_counts: counts.collect(),
        explicit_bounds: TOKENS.to_vec(),
        min: Some(3.0),
        max: Some(90_210.0),
        ..HistogramDataPoint::default()
    }
}

fn number_point(index: usize, value: Value) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(index),
        start_time_unix_nano: u64::MAX,
        time_unix_nano: u64::MAX,
        value: Some(value),
        ..NumberDataPoint::default()
    }
}
