//! Data points, each with its metric.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
    SummaryDataPoint, exemplar, number_data_point,
};

use super::Node;
use super::records::record;
use super::values::{
    bytes, double, int, keyed, list, message, optional, resource, scope, text, truth,
};

pub(super) fn points(request: &ExportMetricsServiceRequest) -> Vec<Node> {
    let ExportMetricsServiceRequest { resource_metrics } = request;
    let mut records = Vec::new();
    for ResourceMetrics { resource: of, scope_metrics, schema_url } in resource_metrics {
        let around = [("resource", resource(of.as_ref())), ("resource_schema", text(schema_url))];
        for ScopeMetrics { scope: by, metrics, schema_url } in scope_metrics {
            let inner = [("scope", scope(by.as_ref())), ("scope_schema", text(schema_url))];
            let common = [around.clone(), inner].concat();
            for Metric { name, description, unit, metadata, data } in metrics {
                let metric = [
                    ("name", text(name)),
                    ("description", text(description)),
                    ("unit", text(unit)),
                    ("metadata", keyed(metadata)),
                ];
                let (kind, points) = data.as_ref().map_or_else(Default::default, of_data);
                let common = [&common[..], &metric, &kind].concat();
                records.extend(points.into_iter().map(|it| record(&common, ("point", it))));
            }
        }
    }
    records
}

type Fields = Vec<(&'static str, Node)>;

/// What the points have in common, and the points.
fn of_data(data: &Data) -> (Fields, Vec<Node>) {
    let kind = |name: &str| ("kind", Node::Text(name.to_owned()));
    match data {
        Data::Gauge(Gauge { data_points }) => {
            (vec![kind("gauge")], data_points.iter().map(number).collect())
        }
        Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic }) => (
            vec![
                kind("sum"),
                ("temporality", int(aggregation_temporality)),
                ("is_monotonic", truth(is_monotonic)),
            ],
            data_points.iter().map(number).collect(),
        ),
        Data::Histogram(Histogram { data_points, aggregation_temporality }) => (
            vec![kind("histogram"), ("temporality", int(aggregation_temporality))],
            data_points.iter().map(histogram).collect(),
        ),
        Data::ExponentialHistogram(ExponentialHistogram {
            data_points,
            aggregation_temporality,
        }) => (
            vec![kind("exponential"), ("temporality", int(aggregation_temporality))],
            data_points.iter().map(exponential).collect(),
        ),
        Data::Summary(Summary { data_points }) => {
            (vec![kind("summary")], data_points.iter().map(summary).collect())
        }
    }
}

fn number(point: &NumberDataPoint) -> Node {
    use number_data_point::Value::{AsDouble, AsInt};
    let read = |value: &number_data_point::Value| match value {
        AsInt(number) => int(number),
        AsDouble(number) => double(number),
    };
    message!(point => NumberDataPoint {
        attributes: keyed,
        start_time_unix_nano: int,
        time_unix_nano: int,
        exemplars: list(exemplar),
        flags: int,
        value: optional(read),
    })
}

fn exemplar(exemplar: &Exemplar) -> Node {
    use exemplar::Value::{AsDouble, AsInt};
    let read = |value: &exemplar::Value| match value {
        AsInt(number) => int(number),
        AsDouble(number) => double(number),
    };
    message!(exemplar => Exemplar {
        filtered_attributes: keyed,
        time_unix_nano: int,
        span_id: bytes,
        trace_id: bytes,
        value: optional(read),
    })
}

fn histogram(point: &HistogramDataPoint) -> Node {
    message!(point => HistogramDataPoint {
        attributes: keyed,
        start_time_unix_nano: int,
        time_unix_nano: int,
        count: int,
        sum: optional(double),
        bucket_counts: list(int),
        explicit_bounds: list(double),
        exemplars: list(exemplar),
        flags: int,
        min: optional(double),
        max: optional(double),
    })
}

fn exponential(point: &ExponentialHistogramDataPoint) -> Node {
    message!(point => ExponentialHistogramDataPoint {
        attributes: keyed,
        start_time_unix_nano: int,
        time_unix_nano: int,
        count: int,
        sum: optional(double),
        scale: int,
        zero_count: int,
        positive: optional(buckets),
        negative: optional(buckets),
        flags: int,
        exemplars: list(exemplar),
        min: optional(double),
        max: optional(double),
        zero_threshold: double,
    })
}

fn buckets(buckets: &Buckets) -> Node {
    message!(buckets => Buckets { offset: int, bucket_counts: list(int) })
}

fn summary(point: &SummaryDataPoint) -> Node {
    message!(point => SummaryDataPoint {
        attributes: keyed,
        start_time_unix_nano: int,
        time_unix_nano: int,
        count: int,
        sum: double,
        quantile_values: list(quantile),
        flags: int,
    })
}

fn quantile(quantile: &ValueAtQuantile) -> Node {
    message!(quantile => ValueAtQuantile { quantile: double, value: double })
}
