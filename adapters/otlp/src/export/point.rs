//! Data points of the five kinds.

use observatory_domain::record::{BucketsView, ExemplarView, Number, PointData, PointView};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, SummaryDataPoint,
    exemplar, number_data_point,
};
use prost::{DecodeError, Message};

use super::message::attributes;

/// A point to be made.
pub(super) struct Point<'p> {
    pub(super) view: &'p PointView<'p>,
    /// The whole of it, where its columns can't represent it.
    pub(super) original: Option<&'p [u8]>,
    /// What its series says.
    pub(super) attributes: Vec<KeyValue>,
}

pub(super) fn number(point: Point<'_>) -> Result<NumberDataPoint, DecodeError> {
    let Point { view, original, attributes } = point;
    if let Some(original) = original {
        return NumberDataPoint::decode(original);
    }
    let value = match view.data {
        PointData::Number(value) => value,
        _ => None,
    };
    Ok(NumberDataPoint {
        attributes,
        start_time_unix_nano: view.start.0,
        time_unix_nano: view.time.0,
        exemplars: view.exemplars.iter().map(exemplar).collect(),
        flags: view.flags,
        value: value.map(|it| match it {
            Number::Int(number) => number_data_point::Value::AsInt(number),
            Number::Double(number) => number_data_point::Value::AsDouble(number),
        }),
    })
}

pub(super) fn histogram(point: Point<'_>) -> Result<HistogramDataPoint, DecodeError> {
    let Point { view, original, attributes } = point;
    if let Some(original) = original {
        return HistogramDataPoint::decode(original);
    }
    let data = match &view.data {
        PointData::Histogram(data) => *data,
        _ => <_>::default(),
    };
    Ok(HistogramDataPoint {
        attributes,
        start_time_unix_nano: view.start.0,
        time_unix_nano: view.time.0,
        exemplars: view.exemplars.iter().map(exemplar).collect(),
        flags: view.flags,
        count: data.count,
        sum: data.sum,
        min: data.min,
        max: data.max,
        bucket_counts: data.bucket_counts.to_vec(),
        explicit_bounds: data.explicit_bounds.to_vec(),
    })
}

pub(super) fn exponential(point: Point<'_>) -> Result<ExponentialHistogramDataPoint, DecodeError> {
    let Point { view, original, attributes } = point;
    if let Some(original) = original {
        return ExponentialHistogramDataPoint::decode(original);
    }
    let data = match &view.data {
        PointData::Exponential(data) => *data,
        _ => <_>::default(),
    };
    let buckets =
        |it: BucketsView<'_>| Buckets { offset: it.offset, bucket_counts: it.counts.to_vec() };
    Ok(ExponentialHistogramDataPoint {
        attributes,
        start_time_unix_nano: view.start.0,
        time_unix_nano: view.time.0,
        exemplars: view.exemplars.iter().map(exemplar).collect(),
        flags: view.flags,
        count: data.count,
        sum: data.sum,
        min: data.min,
        max: data.max,
        scale: data.scale,
        zero_count: data.zero_count,
        zero_threshold: data.zero_threshold,
        positive: data.positive.map(buckets),
        negative: data.negative.map(buckets),
    })
}

pub(super) fn summary(point: Point<'_>) -> Result<SummaryDataPoint, DecodeError> {
    let Point { view, original, attributes } = point;
    if let Some(original) = original {
        return SummaryDataPoint::decode(original);
    }
    let data = match &view.data {
        PointData::Summary(data) => *data,
        _ => <_>::default(),
    };
    let quantiles = data.quantiles.iter();
    Ok(SummaryDataPoint {
        attributes,
        start_time_unix_nano: view.start.0,
        time_unix_nano: view.time.0,
        flags: view.flags,
        count: data.count,
        sum: data.sum,
        quantile_values: quantiles
            .map(|it| ValueAtQuantile { quantile: it.quantile, value: it.value })
            .collect(),
    })
}

fn exemplar(view: &ExemplarView<'_>) -> Exemplar {
    Exemplar {
        filtered_attributes: attributes(view.attributes),
        time_unix_nano: view.time.0,
        span_id: view.span_id.to_vec(),
        trace_id: view.trace_id.to_vec(),
        value: view.value.map(|it| match it {
            Number::Int(number) => exemplar::Value::AsInt(number),
            Number::Double(number) => exemplar::Value::AsDouble(number),
        }),
    }
}
