//! `Metric` (opentelemetry-proto, metrics/v1/metrics.proto): a description, and data points of one of
//! five kinds. A record is one point.
//!
//! The description may follow the data, and the data may come in parts: so a metric is read twice. As
//! for any `oneof`, parts of one kind merge, and a part of another kind replaces all before it.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::record::{MetricKind, MetricView, RecordView};
use xxhash_rust::xxh3::Xxh3;

use super::groups::{Group, Leaves, Names, Records, Walk};
use super::point::{Reading, point};
use super::values::{Scratch, push_attribute};
use super::wire::{Bad, Field, Fields, low_32, text};

/// The signal of metrics.
pub(super) struct Metrics;

impl Records for Metrics {
    const NAMES: Names = Names { resource_group: "resource_metrics", scope_group: "scope_metrics" };

    fn read(group: Group<'_>, leaves: &mut Leaves, walk: &mut Walk<'_>) -> Result<(), Bad> {
        let Leaves { record: arena, point: leaf, hashed } = leaves;
        arena.reset();
        let metric = metric(group, arena)?;
        let key = metric.key();
        for (index, part) in metric.parts.iter().enumerate() {
            let mut fields = part.fields.clone();
            while let Some((number, field)) = fields.next()? {
                let (1, Field::Bytes(message)) = (number, field) else { continue };
                leaf.reset();
                let common = MetricView { kind: part.kind, ..metric.view };
                let reading = Reading { metric: &common, key, hashed };
                let view = point(reading, fields.inside(message)?, &mut Scratch::new(leaf))?;
                // What was replaced is read only to refuse what a generated decoder refuses.
                if index >= metric.live_from {
                    walk.show(message, RecordView::Point(&view))?;
                }
            }
        }
        Ok(())
    }
}

/// A metric whose points are still to be read.
struct Metric<'b> {
    view: MetricView<'b>,
    parts: BumpVec<'b, Part<'b>>,
    /// The first part that no later one of another kind replaced.
    live_from: usize,
}

/// An occurrence of data.
struct Part<'b> {
    kind: MetricKind,
    fields: Fields<'b>,
}

fn metric<'b>(group: Group<'b>, arena: &'b Bump) -> Result<Metric<'b>, Bad> {
    let mut scratch = Scratch::new(arena);
    let (mut metadata, mut metadata_wire) = (scratch.list(0), scratch.list(0));
    let mut parts: BumpVec<'_, Part<'_>> = scratch.list(1);
    let (mut view, mut live_from) = (empty(group), 0);
    let mut fields = group.fields();
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => view.name = text(bytes, "metric.name")?,
            (2, Field::Bytes(bytes)) => view.description = text(bytes, "metric.description")?,
            (3, Field::Bytes(bytes)) => view.unit = text(bytes, "metric.unit")?,
            (number @ (5 | 7 | 9..=11), Field::Bytes(bytes)) => {
                scratch.count(bytes)?;
                let (kind, fields) = (kind(number), fields.inside(bytes)?);
                if parts.last().is_none_or(|last| last.kind != kind) {
                    live_from = parts.len();
                    (view.temporality, view.is_monotonic) = (0, false);
                }
                view.kind = kind;
                data(&mut view, fields.clone())?;
                parts.push(Part { kind, fields });
            }
            (12, Field::Bytes(bytes)) => {
                push_attribute(&mut metadata, fields.inside(bytes)?, &mut scratch)?;
                metadata_wire.push(bytes);
            }
            (1..=3 | 5 | 7 | 9..=12, _) => return Err(fields.mistyped().named("metric")),
            (_, field) => fields.unknown(field)?,
        }
    }
    view.metadata = metadata.into_bump_slice();
    view.metadata_wire = metadata_wire.into_bump_slice();
    Ok(Metric { view, parts, live_from })
}

const fn empty(group: Group<'_>) -> MetricView<'_> {
    MetricView {
        resource: group.resource,
        scope: group.scope,
        name: "",
        description: "",
        unit: "",
        kind: MetricKind::Gauge,
        temporality: 0,
        is_monotonic: false,
        metadata: &[],
        metadata_wire: &[],
    }
}

const fn kind(number: u32) -> MetricKind {
    match number {
        7 => MetricKind::Sum,
        9 => MetricKind::Histogram,
        10 => MetricKind::ExponentialHistogram,
        11 => MetricKind::Summary,
        _ => MetricKind::Gauge,
    }
}

/// What a part of the data says of the metric; its points are left for later.
fn data(view: &mut MetricView<'_>, mut fields: Fields<'_>) -> Result<(), Bad> {
    use MetricKind::{ExponentialHistogram, Histogram, Sum};
    while let Some(field) = fields.next()? {
        match (field, view.kind) {
            ((1, Field::Bytes(_)), _) => {}
            ((2, Field::Varint(number)), Sum | Histogram | ExponentialHistogram) => {
                view.temporality = low_32(number).cast_signed();
            }
            ((3, Field::Varint(number)), Sum) => view.is_monotonic = number != 0,
            ((1, _), _) | ((2, _), Sum | Histogram | ExponentialHistogram) | ((3, _), Sum) => {
                return Err(fields.mistyped().named("metric.data"));
            }
            ((_, field), _) => fields.unknown(field)?,
        }
    }
    Ok(())
}

impl Metric<'_> {
    /// What the keys of its series begin with. Lengths are hashed too, so that no two different
    /// sequences of parts can run into one another.
    fn key(&self) -> u128 {
        let view = &self.view;
        let mut hash = Xxh3::new();
        hash.update(&view.resource.key.to_le_bytes());
        hash.update(&view.scope.key.to_le_bytes());
        hash.update(&[view.kind as u8, u8::from(view.is_monotonic)]);
        hash.update(&view.temporality.to_le_bytes());
        let texts = [view.name, view.description, view.unit].map(str::as_bytes);
        for part in texts.into_iter().chain(view.metadata_wire.iter().copied()) {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.digest128()
    }
}
