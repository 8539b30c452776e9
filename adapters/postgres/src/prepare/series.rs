//! Rows of `metric_series`: one for each metric and set of attributes.
//!
//! Every point names its series, and most series are known from earlier requests: so the rows are made
//! only when the batch finds that the database may not have them, by walking the request once more.

use std::collections::HashSet;
use std::ops::Range;

use observatory_domain::ids::{Ordinal, ProjectId};
use observatory_domain::record::{PointData, PointView, RecordView};
use observatory_ports::Request;
use observatory_ports::driven::{RecordCodec, Visit};

use super::dimension::{attributes, filled, storable};
use super::json::Exactness;
use super::protobuf::push_field;

/// One row, as the parameters of its INSERT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeriesRow {
    pub(crate) project: ProjectId,
    pub(crate) key: u128,
    pub(crate) resource: u128,
    pub(crate) scope: u128,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) temporality: i32,
    pub(crate) is_monotonic: bool,
    /// As the text of an array: each row has as many as it has.
    pub(crate) explicit_bounds: Option<String>,
    pub(crate) metadata: Option<String>,
    pub(crate) attributes: String,
    pub(crate) original: Option<Vec<u8>>,
}

/// The rows of those series of `request` that are `wanted`, each once.
pub(crate) fn series_rows(
    codec: &dyn RecordCodec,
    request: &Request,
    wanted: HashSet<u128>,
) -> Vec<SeriesRow> {
    let mut rows = Rows { project: request.project, wanted, made: Vec::new() };
    // It was walked to its end when its rows were prepared.
    let walked = codec.walk(request, &mut rows);
    debug_assert!(walked.is_ok());
    rows.made
}

struct Rows {
    project: ProjectId,
    wanted: HashSet<u128>,
    made: Vec<SeriesRow>,
}

impl Visit for Rows {
    fn record(&mut self, _: Ordinal, view: RecordView<'_>, _: Range<usize>) {
        if let RecordView::Point(point) = view
            && self.wanted.remove(&point.series)
        {
            self.made.push(row(self.project, point));
        }
    }
}

fn row(project: ProjectId, point: &PointView<'_>) -> SeriesRow {
    let mut exactness = Exactness::default();
    let metric = point.metric;
    let name = storable(metric.name, &mut exactness);
    let description = filled(metric.description, &mut exactness);
    let unit = filled(metric.unit, &mut exactness);
    let metadata =
        (!metric.metadata.is_empty()).then(|| attributes(metric.metadata, &mut exactness));
    let attributes = attributes(point.attributes, &mut exactness);
    SeriesRow {
        project,
        key: point.series,
        resource: metric.resource.key,
        scope: metric.scope.key,
        name,
        description,
        unit,
        kind: metric.kind.name(),
        temporality: metric.temporality,
        is_monotonic: metric.is_monotonic,
        explicit_bounds: explicit_bounds(&point.data),
        metadata,
        attributes,
        original: (exactness == Exactness::Lossy).then(|| original(point)),
    }
}

fn explicit_bounds(data: &PointData<'_>) -> Option<String> {
    let PointData::Histogram(histogram) = data else { return None };
    if histogram.explicit_bounds.is_empty() {
        return None;
    }
    // The shortest digits that read back to the same double.
    let bounds: Vec<_> = histogram.explicit_bounds.iter().map(f64::to_string).collect();
    Some(format!("{{{}}}", bounds.join(",")))
}

/// A `Metric` that describes the series, and holds its attributes in one point of a gauge, whatever the
/// series' kind (metrics.proto: name 1, description 2, unit 3, metadata 12, gauge 5; in it data points
/// 1, in them attributes 7).
fn original(point: &PointView<'_>) -> Vec<u8> {
    let metric = point.metric;
    let (mut whole, mut gauge, mut inside) = (Vec::new(), Vec::new(), Vec::new());
    for (number, text) in [(1, metric.name), (2, metric.description), (3, metric.unit)] {
        if !text.is_empty() {
            push_field(&mut whole, number, text.as_bytes());
        }
    }
    for attribute in metric.metadata_wire {
        push_field(&mut whole, 12, attribute);
    }
    for attribute in point.attributes_wire {
        push_field(&mut inside, 7, attribute);
    }
    push_field(&mut gauge, 1, &inside);
    push_field(&mut whole, 5, &gauge);
    whole
}
