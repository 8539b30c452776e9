//! Metrics of points.

use observatory_domain::record::{MetricKind, PointView};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogram, Gauge, Histogram, Metric, Sum, Summary,
};
use prost::{DecodeError, Message};

use super::message::attributes;
use super::point::{Point, exponential, histogram, number, summary};

/// A metric of one point. What the columns can't represent is taken from the originals: the point's
/// own, and the one of its series, whose description and attributes then count.
pub(super) fn metric(
    view: &PointView<'_>,
    original: Option<&[u8]>,
    series_original: Option<&[u8]>,
) -> Result<Metric, DecodeError> {
    let (descriptor, attributes) = descriptor(view, series_original)?;
    let point = Point { view, original, attributes };
    let aggregation_temporality = view.metric.temporality;
    let is_monotonic = view.metric.is_monotonic;
    let data = match view.metric.kind {
        MetricKind::Gauge => Data::Gauge(Gauge { data_points: vec![number(point)?] }),
        MetricKind::Sum => {
            let data_points = vec![number(point)?];
            Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
        }
        MetricKind::Histogram => {
            let data_points = vec![histogram(point)?];
            Data::Histogram(Histogram { data_points, aggregation_temporality })
        }
        MetricKind::ExponentialHistogram => {
            let data_points = vec![exponential(point)?];
            let data = ExponentialHistogram { data_points, aggregation_temporality };
            Data::ExponentialHistogram(data)
        }
        MetricKind::Summary => Data::Summary(Summary { data_points: vec![summary(point)?] }),
    };
    Ok(Metric { data: Some(data), ..descriptor })
}

/// What describes the metric of `view`, without its data; and the point's attributes.
fn descriptor(
    view: &PointView<'_>,
    series_original: Option<&[u8]>,
) -> Result<(Metric, Vec<KeyValue>), DecodeError> {
    let common = view.metric;
    let Some(original) = series_original else {
        let metric = Metric {
            name: common.name.to_owned(),
            description: common.description.to_owned(),
            unit: common.unit.to_owned(),
            metadata: attributes(common.metadata),
            data: None,
        };
        return Ok((metric, attributes(view.attributes)));
    };
    let mut metric = Metric::decode(original)?;
    let points = match metric.data.take() {
        Some(Data::Gauge(gauge)) => gauge.data_points,
        _ => Vec::new(),
    };
    let point = points.into_iter().next().unwrap_or_default();
    Ok((metric, point.attributes))
}

/// Joins neighbours that are points of one metric.
pub(super) fn joined(metrics: Vec<Metric>) -> Vec<Metric> {
    let mut joined: Vec<Metric> = Vec::new();
    for mut metric in metrics {
        let taken = joined.last_mut().is_some_and(|last| join(last, &mut metric));
        if !taken {
            joined.push(metric);
        }
    }
    joined
}

/// Puts the points of `metric` into `last`, if both are the same metric.
fn join(last: &mut Metric, metric: &mut Metric) -> bool {
    let same = last.name == metric.name
        && last.description == metric.description
        && last.unit == metric.unit
        && same_attributes(&last.metadata, &metric.metadata);
    same && match (&mut last.data, &mut metric.data) {
        (Some(last), Some(more)) => join_points(last, more),
        _ => false,
    }
}

/// By their bytes: as doubles, -0.0 would equal 0.0.
fn same_attributes(last: &[KeyValue], more: &[KeyValue]) -> bool {
    let bytes = |it: &KeyValue| it.encode_to_vec();
    last.len() == more.len() && last.iter().map(bytes).eq(more.iter().map(bytes))
}

fn join_points(last: &mut Data, more: &mut Data) -> bool {
    match (last, more) {
        (Data::Gauge(last), Data::Gauge(more)) => {
            last.data_points.append(&mut more.data_points);
        }
        (Data::Sum(last), Data::Sum(more))
            if (last.aggregation_temporality, last.is_monotonic)
                == (more.aggregation_temporality, more.is_monotonic) =>
        {
            last.data_points.append(&mut more.data_points);
        }
        (Data::Histogram(last), Data::Histogram(more))
            if last.aggregation_temporality == more.aggregation_temporality =>
        {
            last.data_points.append(&mut more.data_points);
        }
        (Data::ExponentialHistogram(last), Data::ExponentialHistogram(more))
            if last.aggregation_temporality == more.aggregation_temporality =>
        {
            last.data_points.append(&mut more.data_points);
        }
        (Data::Summary(last), Data::Summary(more)) => {
            last.data_points.append(&mut more.data_points);
        }
        _ => return false,
    }
    true
}
