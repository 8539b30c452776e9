//! Points of metrics, as received.

use super::{Attribute, ResourceView, ScopeView};
use crate::time::UnixNanos;

/// What the points of a metric are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MetricKind {
    /// A value at a moment.
    Gauge,
    /// A sum over time.
    Sum,
    /// Counts in buckets with explicit bounds.
    Histogram,
    /// Counts in buckets whose bounds grow exponentially.
    ExponentialHistogram,
    /// Quantiles that the sender computed.
    Summary,
}

impl MetricKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Gauge, Self::Sum, Self::Histogram, Self::ExponentialHistogram, Self::Summary];

    /// Its name, as metrics.proto writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Sum => "sum",
            Self::Histogram => "histogram",
            Self::ExponentialHistogram => "exponential_histogram",
            Self::Summary => "summary",
        }
    }
}

/// A metric: what its points have in common.
#[derive(Clone, Copy, Debug)]
pub struct MetricView<'a> {
    /// Who sent it.
    pub resource: &'a ResourceView<'a>,
    /// Which library made it.
    pub scope: &'a ScopeView<'a>,
    /// Its name.
    pub name: &'a str,
    /// What it means.
    pub description: &'a str,
    /// Its unit (UCUM).
    pub unit: &'a str,
    /// What its points are.
    pub kind: MetricKind,
    /// `AggregationTemporality`: 1 delta, 2 cumulative; 0 where the kind has none. Unknown numbers
    /// are kept.
    pub temporality: i32,
    /// Whether a sum never goes down.
    pub is_monotonic: bool,
    /// Attributes of the metric itself.
    pub metadata: &'a [Attribute<'a>],
    /// Their wire bytes, each a `KeyValue`.
    pub metadata_wire: &'a [&'a [u8]],
}

/// One data point.
#[derive(Clone, Copy, Debug)]
pub struct PointView<'a> {
    /// Its metric.
    pub metric: &'a MetricView<'a>,
    /// xxh3-128 over resource, scope, metric, the attributes' wire bytes and a histogram's bounds:
    /// the key of its series.
    pub series: u128,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// Their wire bytes, each a `KeyValue`.
    pub attributes_wire: &'a [&'a [u8]],
    /// When its interval began; 0 when not sent.
    pub start: UnixNanos,
    /// When it was taken.
    pub time: UnixNanos,
    /// `DataPointFlags`; bit 0 says that there is no value.
    pub flags: u32,
    /// Samples with their traces.
    pub exemplars: &'a [ExemplarView<'a>],
    /// The value.
    pub data: PointData<'a>,
}

/// The value of a point.
#[derive(Clone, Copy, Debug)]
pub enum PointData<'a> {
    /// Of a gauge or a sum; absent when the sender set none.
    Number(Option<Number>),
    /// Of a histogram.
    Histogram(HistogramView<'a>),
    /// Of an exponential histogram.
    Exponential(ExponentialView<'a>),
    /// Of a summary.
    Summary(SummaryView<'a>),
}

/// A number, as its sender has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// A double, any bits.
    Double(f64),
}

/// Counts in buckets.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistogramView<'a> {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// How many values in each bucket: one more than there are bounds, or none at all.
    pub bucket_counts: &'a [u64],
    /// Upper bounds, inclusive, rising.
    pub explicit_bounds: &'a [f64],
}

/// Counts in buckets of `base^i` to `base^(i+1)`, where `base = 2^(2^-scale)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExponentialView<'a> {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// How fine the buckets are.
    pub scale: i32,
    /// How many values are no farther from zero than `zero_threshold`.
    pub zero_count: u64,
    /// The half width of the bucket around zero.
    pub zero_threshold: f64,
    /// Buckets of positive values, when sent.
    pub positive: Option<BucketsView<'a>>,
    /// Buckets of negative values, when sent.
    pub negative: Option<BucketsView<'a>>,
}

/// Buckets of an exponential histogram.
#[derive(Clone, Copy, Debug, Default)]
pub struct BucketsView<'a> {
    /// The index of the first bucket.
    pub offset: i32,
    /// How many values in each, from the first.
    pub counts: &'a [u64],
}

/// Quantiles that the sender computed.
#[derive(Clone, Copy, Debug, Default)]
pub struct SummaryView<'a> {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// Each with its value.
    pub quantiles: &'a [QuantileView],
}

/// A quantile and its value.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuantileView {
    /// 0 (the minimum) to 1 (the maximum).
    pub quantile: f64,
    /// The value there.
    pub value: f64,
}

/// A sample that a point is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExemplarView<'a> {
    /// When it was taken.
    pub time: UnixNanos,
    /// Its value; absent when the sender set none.
    pub value: Option<Number>,
    /// The trace in which it was taken, as received; empty for none.
    pub trace_id: &'a [u8],
    /// The span in which it was taken, as received; empty for none.
    pub span_id: &'a [u8],
    /// Attributes that its series leaves out.
    pub attributes: &'a [Attribute<'a>],
}
