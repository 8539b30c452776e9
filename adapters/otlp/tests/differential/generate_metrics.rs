//! Metrics of every shape.

use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, Sum, Summary, SummaryDataPoint, exemplar,
    number_data_point,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{attributes, double, id, text};

pub(super) fn metric() -> impl Strategy<Value = Metric> {
    (text(), text(), text(), attributes(), option::weighted(0.95, data())).prop_map(
        |(name, description, unit, metadata, data)| Metric {
            name,
            description,
            unit,
            metadata,
            data,
        },
    )
}

fn data() -> impl Strategy<Value = Data> {
    let temporality = || prop_oneof![4 => 0..3, 1 => any::<i32>()];
    prop_oneof![
        vec(number(), 0..3).prop_map(|data_points| Data::Gauge(Gauge { data_points })),
        (vec(number(), 0..3), temporality(), any::<bool>()).prop_map(
            |(data_points, aggregation_temporality, is_monotonic)| {
                Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
            }
        ),
        (vec(histogram(), 0..3), temporality()).prop_map(
            |(data_points, aggregation_temporality)| {
                Data::Histogram(Histogram { data_points, aggregation_temporality })
            }
        ),
        (vec(exponential(), 0..3), temporality()).prop_map(
            |(data_points, aggregation_temporality)| {
                let data = ExponentialHistogram { data_points, aggregation_temporality };
                Data::ExponentialHistogram(data)
            }
        ),
        vec(summary(), 0..3).prop_map(|data_points| Data::Summary(Summary { data_points })),
    ]
}

fn number() -> impl Strategy<Value = NumberDataPoint> {
    use number_data_point::Value;
    let value = option::weighted(
        0.9,
        prop_oneof![any::<i64>().prop_map(Value::AsInt), double().prop_map(Value::AsDouble)],
    );
    (attributes(), any::<u64>(), any::<u64>(), vec(exemplar(), 0..2), any::<u32>(), value).prop_map(
        |(attributes, start_time_unix_nano, time_unix_nano, exemplars, flags, value)| {
            NumberDataPoint {
                attributes,
                start_time_unix_nano,
                time_unix_nano,
                exemplars,
                flags,
                value,
            }
        },
    )
}

fn histogram() -> impl Strategy<Value = HistogramDataPoint> {
    let common = (attributes(), any::<u64>(), any::<u64>(), vec(exemplar(), 0..2), any::<u32>());
    let summed = (any::<u64>(), option::of(double()), option::of(double()), option::of(double()));
    let buckets = (vec(any::<u64>(), 0..4), vec(double(), 0..4));
    (common, summed, buckets).prop_map(|(common, summed, buckets)| HistogramDataPoint {
        attributes: common.0,
        start_time_unix_nano: common.1,
        time_unix_nano: common.2,
        exemplars: common.3,
        flags: common.4,
        count: summed.0,
        sum: summed.1,
        min: summed.2,
        max: summed.3,
        bucket_counts: buckets.0,
        explicit_bounds: buckets.1,
    })
}

fn exponential() -> impl Strategy<Value = ExponentialHistogramDataPoint> {
    let common = (attributes(), any::<u64>(), any::<u64>(), vec(exemplar(), 0..2), any::<u32>());
    let summed = (any::<u64>(), option::of(double()), option::of(double()), option::of(double()));
    let zero = (any::<i32>(), any::<u64>(), double());
    let buckets = || {
        let buckets = (any::<i32>(), vec(any::<u64>(), 0..4));
        option::of(buckets.prop_map(|(offset, bucket_counts)| Buckets { offset, bucket_counts }))
    };
    (common, summed, zero, (buckets(), buckets())).prop_map(|(common, summed, zero, buckets)| {
        ExponentialHistogramDataPoint {
            attributes: common.0,
            start_time_unix_nano: common.1,
            time_unix_nano: common.2,
            exemplars: common.3,
            flags: common.4,
            count: summed.0,
            sum: summed.1,
            min: summed.2,
            max: summed.3,
            scale: zero.0,
            zero_count: zero.1,
            zero_threshold: zero.2,
            positive: buckets.0,
            negative: buckets.1,
        }
    })
}

fn summary() -> impl Strategy<Value = SummaryDataPoint> {
    let quantile =
        (double(), double()).prop_map(|(quantile, value)| ValueAtQuantile { quantile, value });
    let common = (attributes(), any::<u64>(), any::<u64>(), any::<u32>());
    (common, any::<u64>(), double(), vec(quantile, 0..4)).prop_map(
        |(common, count, sum, quantile_values)| SummaryDataPoint {
            attributes: common.0,
            start_time_unix_nano: common.1,
            time_unix_nano: common.2,
            flags: common.3,
            count,
            sum,
            quantile_values,
        },
    )
}

fn exemplar() -> impl Strategy<Value = Exemplar> {
    use exemplar::Value;
    let value =
        prop_oneof![any::<i64>().prop_map(Value::AsInt), double().prop_map(Value::AsDouble)];
    (attributes(), any::<u64>(), option::weighted(0.8, value), id(8), id(16)).prop_map(
        |(filtered_attributes, time_unix_nano, value, span_id, trace_id)| Exemplar {
            filtered_attributes,
            time_unix_nano,
            value,
            span_id,
            trace_id,
        },
    )
}
