//! Changes to a metric and its points.

use observatory_ports::Signal::Metrics;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest as Request;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
    SummaryDataPoint, exemplar,
};

use super::{attributes, different, resource, same, scope};

fn number() -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        exemplars: vec![Exemplar {
            filtered_attributes: attributes(),
            time_unix_nano: 2,
            span_id: vec![1; 8],
            trace_id: vec![1; 16],
            value: Some(exemplar::Value::AsInt(1)),
        }],
        flags: 0,
        value: Some(Value::AsInt(1)),
    }
}

/// A metric of each kind, in the order of OTLP's numbers.
fn whole() -> Request {
    let numbers = || vec![number()];
    let histogram = HistogramDataPoint {
        count: 3,
        sum: Some(0.0),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![1.0],
        ..HistogramDataPoint::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        count: 3,
        scale: -1,
        zero_count: 1,
        positive: Some(Buckets { offset: 2, bucket_counts: vec![1, 0, 1] }),
        zero_threshold: 0.5,
        ..ExponentialHistogramDataPoint::default()
    };
    let quantile = |quantile| ValueAtQuantile { quantile, value: 1.0 };
    let summary = SummaryDataPoint {
        count: 2,
        sum: 2.0,
        quantile_values: vec![quantile(0.5), quantile(0.9)],
        ..SummaryDataPoint::default()
    };
    let data = [
        Data::Gauge(Gauge { data_points: numbers() }),
        Data::Sum(Sum { data_points: numbers(), aggregation_temporality: 2, is_monotonic: true }),
        Data::Histogram(Histogram { data_points: vec![histogram], aggregation_temporality: 1 }),
        Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![exponential],
            aggregation_temporality: 1,
        }),
        Data::Summary(Summary { data_points: vec![summary] }),
    ];
    let metric = |data| Metric {
        name: "metric".to_owned(),
        description: "what".to_owned(),
        unit: "s".to_owned(),
        metadata: attributes(),
        data: Some(data),
    };
    let metrics = data.into_iter().map(metric).collect();
    let scope_metrics = ScopeMetrics { scope: Some(scope()), metrics, ..ScopeMetrics::default() };
    let group = ResourceMetrics {
        resource: Some(resource()),
        scope_metrics: vec![scope_metrics],
        ..ResourceMetrics::default()
    };
    Request { resource_metrics: vec![group] }
}

fn metrics(request: &mut Request) -> &mut Vec<Metric> {
    &mut request.resource_metrics[0].scope_metrics[0].metrics
}

/// The data of the metric at `place`, if it is of this kind.
macro_rules! data {
    ($request:expr, $place:literal, $kind:ident) => {
        match metrics($request)[$place].data.as_mut() {
            Some(Data::$kind(data)) => data,
            _ => panic!("another kind"),
        }
    };
}

different! { Metrics, whole,
    the_metrics_name_changes: |it| metrics(it)[0].name.push('2');
    the_metrics_unit_is_lost: |it| metrics(it)[0].unit.clear();
    the_metrics_description_is_lost: |it| metrics(it)[4].description.clear();
    the_metrics_metadata_are_lost: |it| metrics(it)[0].metadata.clear();
    a_gauge_becomes_a_sum: |it| {
        let data_points = vec![number()];
        metrics(it)[0].data = Some(Data::Sum(Sum { data_points, ..Sum::default() }));
    };
    the_temporality_changes: |it| data!(it, 1, Sum).aggregation_temporality = 1;
    the_sum_is_no_longer_monotonic: |it| data!(it, 1, Sum).is_monotonic = false;
    a_points_integer_becomes_a_double: |it| {
        data!(it, 0, Gauge).data_points[0].value = Some(Value::AsDouble(1.0));
    };
    a_points_value_is_lost: |it| data!(it, 0, Gauge).data_points[0].value = None;
    a_points_start_is_lost: |it| data!(it, 0, Gauge).data_points[0].start_time_unix_nano = 0;
    an_exemplar_is_lost: |it| data!(it, 0, Gauge).data_points[0].exemplars.clear();
    an_exemplars_value_is_lost: |it| {
        data!(it, 0, Gauge).data_points[0].exemplars[0].value = None;
    };
    an_exemplars_span_is_lost: |it| {
        data!(it, 1, Sum).data_points[0].exemplars[0].span_id.clear();
    };
    a_sum_of_zero_becomes_an_absent_one: |it| data!(it, 2, Histogram).data_points[0].sum = None;
    a_minimum_appears: |it| data!(it, 2, Histogram).data_points[0].min = Some(0.0);
    a_bound_moves: |it| {
        data!(it, 2, Histogram).data_points[0].explicit_bounds[0] = 1.000_000_000_000_000_2;
    };
    buckets_change_places: |it| data!(it, 2, Histogram).data_points[0].bucket_counts.reverse();
    the_scale_changes: |it| data!(it, 3, ExponentialHistogram).data_points[0].scale = 1;
    a_trailing_empty_bucket_appears: |it| {
        let point = &mut data!(it, 3, ExponentialHistogram).data_points[0];
        point.positive.as_mut().unwrap().bucket_counts.push(0);
    };
    absent_buckets_become_empty_ones: |it| {
        let point = &mut data!(it, 3, ExponentialHistogram).data_points[0];
        point.negative = Some(Buckets::default());
    };
    the_zero_threshold_is_lost: |it| {
        data!(it, 3, ExponentialHistogram).data_points[0].zero_threshold = 0.0;
    };
    a_quantile_is_lost: |it| data!(it, 4, Summary).data_points[0].quantile_values.truncate(1);
}

same! { Metrics, whole,
    a_metric_is_split: |it| {
        let mut again = metrics(it)[0].clone();
        let Some(Data::Gauge(gauge)) = &mut again.data else { panic!() };
        gauge.data_points.clear();
        metrics(it).push(again);
    };
}
