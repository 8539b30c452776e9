//! The data points of the five kinds of metrics (opentelemetry-proto, metrics/v1/metrics.proto).

use bumpalo::collections::Vec as BumpVec;
use observatory_domain::record::{
    Attribute, BucketsView, ExemplarView, ExponentialView, HistogramView, MetricKind, MetricView,
    Number, PointData, PointView, QuantileView, SummaryView,
};
use observatory_domain::time::UnixNanos;
use xxhash_rust::xxh3::xxh3_128;

use super::numbers::{push_double, push_fixed64, push_varint, zigzag};
use super::values::{Scratch, push_attribute};
use super::wire::{Bad, Field, Fields, low_32};

/// Most points have fewer attributes: then their list is never moved.
const ATTRIBUTES_USUAL: usize = 8;

/// What a point takes from its metric.
pub(super) struct Reading<'b, 'h> {
    pub(super) metric: &'b MetricView<'b>,
    /// The metric's key.
    pub(super) key: u128,
    /// What the series' key is made from.
    pub(super) hashed: &'h mut Vec<u8>,
}

/// The members that points of all kinds have, each kind under numbers of its own.
struct Common<'b, 'h> {
    attributes: BumpVec<'b, Attribute<'b>>,
    wire: BumpVec<'b, &'b [u8]>,
    exemplars: BumpVec<'b, ExemplarView<'b>>,
    start: UnixNanos,
    time: UnixNanos,
    flags: u32,
    hashed: &'h mut Vec<u8>,
}

/// Reads a point of the metric's kind.
pub(super) fn point<'b>(
    reading: Reading<'b, '_>,
    fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<PointView<'b>, Bad> {
    let Reading { metric, key, hashed } = reading;
    hashed.clear();
    hashed.extend_from_slice(&key.to_le_bytes());
    let mut common = Common {
        attributes: scratch.list(ATTRIBUTES_USUAL),
        wire: scratch.list(ATTRIBUTES_USUAL),
        exemplars: scratch.list(0),
        start: UnixNanos(0),
        time: UnixNanos(0),
        flags: 0,
        hashed,
    };
    let data = match metric.kind {
        MetricKind::Gauge | MetricKind::Sum => number(&mut common, fields, scratch)?,
        MetricKind::Histogram => histogram(&mut common, fields, scratch)?,
        MetricKind::ExponentialHistogram => exponential(&mut common, fields, scratch)?,
        MetricKind::Summary => summary(&mut common, fields, scratch)?,
    };
    Ok(PointView {
        metric,
        series: xxh3_128(common.hashed),
        attributes: common.attributes.into_bump_slice(),
        attributes_wire: common.wire.into_bump_slice(),
        start: common.start,
        time: common.time,
        flags: common.flags,
        exemplars: common.exemplars.into_bump_slice(),
        data,
    })
}

impl<'b> Common<'b, '_> {
    /// Another attribute, which is a part of the series' key.
    fn attribute(
        &mut self,
        fields: &Fields<'b>,
        bytes: &'b [u8],
        scratch: &mut Scratch<'b>,
    ) -> Result<(), Bad> {
        self.hashed.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.hashed.extend_from_slice(bytes);
        self.wire.push(bytes);
        push_attribute(&mut self.attributes, fields.inside(bytes)?, scratch)
    }

    fn exemplar(
        &mut self,
        fields: &Fields<'b>,
        bytes: &'b [u8],
        scratch: &mut Scratch<'b>,
    ) -> Result<(), Bad> {
        self.exemplars.push(exemplar(fields.inside(bytes)?, scratch)?);
        Ok(())
    }
}

fn number<'b>(
    common: &mut Common<'b, '_>,
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<PointData<'b>, Bad> {
    let mut value = None;
    while let Some(field) = fields.next()? {
        match field {
            (2, Field::Fixed64(nanos)) => common.start = UnixNanos(nanos),
            (3, Field::Fixed64(nanos)) => common.time = UnixNanos(nanos),
            (4, Field::Fixed64(bits)) => value = Some(Number::Double(f64::from_bits(bits))),
            (5, Field::Bytes(bytes)) => common.exemplar(&fields, bytes, scratch)?,
            (6, Field::Fixed64(bits)) => value = Some(Number::Int(bits.cast_signed())),
            (7, Field::Bytes(bytes)) => common.attribute(&fields, bytes, scratch)?,
            (8, Field::Varint(flags)) => common.flags = low_32(flags),
            (2..=8, _) => return Err(fields.mistyped().named("data_point")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(PointData::Number(value))
}

fn histogram<'b>(
    common: &mut Common<'b, '_>,
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<PointData<'b>, Bad> {
    let mut view = HistogramView::default();
    let (mut counts, mut bounds) = (scratch.list(0), scratch.list(0));
    while let Some(field) = fields.next()? {
        match field {
            (2, Field::Fixed64(nanos)) => common.start = UnixNanos(nanos),
            (3, Field::Fixed64(nanos)) => common.time = UnixNanos(nanos),
            (4, Field::Fixed64(count)) => view.count = count,
            (5, Field::Fixed64(bits)) => view.sum = Some(f64::from_bits(bits)),
            (6, field) => push_fixed64(&mut counts, &fields, field, scratch)?,
            (7, field) => push_double(&mut bounds, &fields, field, scratch)?,
            (8, Field::Bytes(bytes)) => common.exemplar(&fields, bytes, scratch)?,
            (9, Field::Bytes(bytes)) => common.attribute(&fields, bytes, scratch)?,
            (10, Field::Varint(flags)) => common.flags = low_32(flags),
            (11, Field::Fixed64(bits)) => view.min = Some(f64::from_bits(bits)),
            (12, Field::Fixed64(bits)) => view.max = Some(f64::from_bits(bits)),
            (2..=12, _) => return Err(fields.mistyped().named("histogram_data_point")),
            (_, field) => fields.unknown(field)?,
        }
    }
    view.bucket_counts = counts.into_bump_slice();
    view.explicit_bounds = bounds.into_bump_slice();
    // Apart from the attributes: no attribute is that long.
    common.hashed.extend_from_slice(&u64::MAX.to_le_bytes());
    for bound in view.explicit_bounds {
        common.hashed.extend_from_slice(&bound.to_bits().to_le_bytes());
    }
    Ok(PointData::Histogram(view))
}

fn exponential<'b>(
    common: &mut Common<'b, '_>,
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<PointData<'b>, Bad> {
    let mut view = ExponentialView::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => common.attribute(&fields, bytes, scratch)?,
            (2, Field::Fixed64(nanos)) => common.start = UnixNanos(nanos),
            (3, Field::Fixed64(nanos)) => common.time = UnixNanos(nanos),
            (4, Field::Fixed64(count)) => view.count = count,
            (5, Field::Fixed64(bits)) => view.sum = Some(f64::from_bits(bits)),
            (6, Field::Varint(number)) => view.scale = zigzag(number),
            (7, Field::Fixed64(count)) => view.zero_count = count,
            (8, Field::Bytes(bytes)) => {
                view.positive = Some(buckets(view.positive, fields.inside(bytes)?, scratch)?);
            }
            (9, Field::Bytes(bytes)) => {
                view.negative = Some(buckets(view.negative, fields.inside(bytes)?, scratch)?);
            }
            (10, Field::Varint(flags)) => common.flags = low_32(flags),
            (11, Field::Bytes(bytes)) => common.exemplar(&fields, bytes, scratch)?,
            (12, Field::Fixed64(bits)) => view.min = Some(f64::from_bits(bits)),
            (13, Field::Fixed64(bits)) => view.max = Some(f64::from_bits(bits)),
            (14, Field::Fixed64(bits)) => view.zero_threshold = f64::from_bits(bits),
            (1..=14, _) => return Err(fields.mistyped().named("exponential_histogram_data_point")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(PointData::Exponential(view))
}

/// Reads buckets on top of what an earlier occurrence left. What is copied counts once more: else two
/// bytes on the wire, an empty part, could copy a whole list.
fn buckets<'b>(
    before: Option<BucketsView<'b>>,
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<BucketsView<'b>, Bad> {
    let mut view = before.unwrap_or_default();
    scratch.count_all(view.counts.len() + 1, fields.rest())?;
    let mut counts = scratch.list(view.counts.len());
    counts.extend_from_slice_copy(view.counts);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Varint(number)) => view.offset = zigzag(number),
            (2, field) => push_varint(&mut counts, &fields, field, scratch)?,
            (1, _) => return Err(fields.mistyped().named("buckets")),
            (_, field) => fields.unknown(field)?,
        }
    }
    view.counts = counts.into_bump_slice();
    Ok(view)
}

fn summary<'b>(
    common: &mut Common<'b, '_>,
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<PointData<'b>, Bad> {
    let mut view = SummaryView::default();
    let mut quantiles = scratch.list(0);
    while let Some(field) = fields.next()? {
        match field {
            (2, Field::Fixed64(nanos)) => common.start = UnixNanos(nanos),
            (3, Field::Fixed64(nanos)) => common.time = UnixNanos(nanos),
            (4, Field::Fixed64(count)) => view.count = count,
            (5, Field::Fixed64(bits)) => view.sum = f64::from_bits(bits),
            (6, Field::Bytes(bytes)) => {
                scratch.count(bytes)?;
                quantiles.push(quantile(fields.inside(bytes)?)?);
            }
            (7, Field::Bytes(bytes)) => common.attribute(&fields, bytes, scratch)?,
            (8, Field::Varint(flags)) => common.flags = low_32(flags),
            (2..=8, _) => return Err(fields.mistyped().named("summary_data_point")),
            (_, field) => fields.unknown(field)?,
        }
    }
    view.quantiles = quantiles.into_bump_slice();
    Ok(PointData::Summary(view))
}

fn quantile(mut fields: Fields<'_>) -> Result<QuantileView, Bad> {
    let mut view = QuantileView::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Fixed64(bits)) => view.quantile = f64::from_bits(bits),
            (2, Field::Fixed64(bits)) => view.value = f64::from_bits(bits),
            (1..=2, _) => return Err(fields.mistyped().named("quantile_value")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(view)
}

fn exemplar<'b>(
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<ExemplarView<'b>, Bad> {
    let mut view = ExemplarView::default();
    let mut attributes = scratch.list(0);
    while let Some(field) = fields.next()? {
        match field {
            (2, Field::Fixed64(nanos)) => view.time = UnixNanos(nanos),
            (3, Field::Fixed64(bits)) => view.value = Some(Number::Double(f64::from_bits(bits))),
            (4, Field::Bytes(bytes)) => view.span_id = bytes,
            (5, Field::Bytes(bytes)) => view.trace_id = bytes,
            (6, Field::Fixed64(bits)) => view.value = Some(Number::Int(bits.cast_signed())),
            (7, Field::Bytes(bytes)) => {
                push_attribute(&mut attributes, fields.inside(bytes)?, scratch)?;
            }
            (2..=7, _) => return Err(fields.mistyped().named("exemplar")),
            (_, field) => fields.unknown(field)?,
        }
    }
    scratch.count(view.trace_id)?;
    view.attributes = attributes.into_bump_slice();
    Ok(view)
}
