//! Shows 0 for what has not happened yet.
//!
//! The SDK knows a series from its first event on. Prometheus then sees it appear with 1 and counts
//! no increase: the first error of a class would raise no alert. So every series with known labels
//! is added where it is missing.

use ::prometheus::proto::{Bucket, Counter, Histogram, LabelPair, MetricFamily, MetricType};

use crate::catalog::{self, Kind, Metric};

/// Adds what is missing; families stay in the order of their names.
pub(super) fn fill(families: &mut Vec<MetricFamily>) {
    for metric in catalog::ALL {
        // A gauge that nobody knows has no value, not the value 0.
        if metric.kind == Kind::Gauge {
            continue;
        }
        let place = families.binary_search_by(|it| it.name().cmp(metric.name));
        let index = place.unwrap_or_else(|index| {
            families.insert(index, empty_family(metric));
            index
        });
        let Some(family) = families.get_mut(index) else { continue };
        for labels in metric.series() {
            if !family.get_metric().iter().any(|it| has(it.get_label(), &labels)) {
                family.mut_metric().push(zero(metric, &labels));
            }
        }
    }
}

fn has(pairs: &[LabelPair], labels: &[(&str, &str)]) -> bool {
    let is_there = |&(name, value): &(&str, &str)| {
        pairs.iter().any(|pair| pair.name() == name && pair.value() == value)
    };
    pairs.len() == labels.len() && labels.iter().all(is_there)
}

fn empty_family(metric: &Metric) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(metric.name.to_owned());
    family.set_help(metric.help.to_owned());
    family.set_field_type(match metric.kind {
        Kind::Counter => MetricType::COUNTER,
        Kind::Gauge => MetricType::GAUGE,
        Kind::Histogram { .. } => MetricType::HISTOGRAM,
    });
    family
}

fn zero(metric: &Metric, labels: &[(&str, &str)]) -> ::prometheus::proto::Metric {
    let pairs = labels.iter().map(|&(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name(name.to_owned());
        pair.set_value(value.to_owned());
        pair
    });
    let mut series = ::prometheus::proto::Metric::default();
    series.set_label(pairs.collect());
    match metric.kind {
        Kind::Histogram { bounds } => {
            let buckets = bounds.iter().map(|&bound| {
                let mut bucket = Bucket::default();
                bucket.set_upper_bound(bound);
                bucket
            });
            let mut histogram = Histogram::default();
            histogram.set_bucket(buckets.collect());
            series.set_histogram(histogram);
        }
        Kind::Counter | Kind::Gauge => series.set_counter(Counter::default()),
    }
    series
}
