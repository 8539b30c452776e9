//! Rows of `metric_points`.

use std::error::Error;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::record::{
    BucketsView, ExemplarView, ExponentialView, HistogramView, MetricKind, Number, PointData,
    PointView, QuantileView, SummaryView,
};
use observatory_domain::time::UnixNanos;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_postgres::Row;
use uuid::Uuid;

use super::dimension::Series;
use super::error::{ExportError, Odd};
use super::json;
use super::row::{Columns, JsonText};
use super::span::{count, unhex};

type Source = Box<dyn Error + Send + Sync>;

/// The query, up to its conditions.
pub(super) const SELECT: &str = "SELECT series_id, time, time_nanos, start_time, start_nanos, original, \
    flags, exemplars, value, value_int, count, sum, min, max, bucket_counts, scale, zero_count, \
    zero_threshold, positive_offset, positive_counts, negative_offset, negative_counts, quantiles, \
    quantile_values FROM metric_points";

/// A point as its row has it.
pub(super) struct Point<'b> {
    pub(super) view: PointView<'b>,
    pub(super) original: Option<&'b [u8]>,
}

/// Reads `row`, which is of `series`; its parts live in `arena`.
pub(super) fn read<'b>(
    row: &'b Row,
    series: &'b Series<'b>,
    arena: &'b Bump,
) -> Result<Point<'b>, ExportError> {
    let mut columns = Columns::new(row, "metric_points");
    let key: Uuid = columns.take()?;
    let (time, start) = (columns.take_time()?, columns.take_time()?);
    let original: Option<&'b [u8]> = columns.take()?;
    let mut view = PointView {
        metric: &series.metric,
        series: key.as_u128(),
        attributes: series.attributes,
        attributes_wire: &[],
        start,
        time,
        flags: 0,
        exemplars: &[],
        data: PointData::Number(None),
    };
    // What stands in the other columns then is only near to what was sent.
    if original.is_none() {
        view.flags = columns.take_as(count)?;
        view.exemplars = columns.take_as(|text| exemplars(arena, text))?;
        view.data = data(&mut columns, series, arena)?;
    }
    Ok(Point { view, original })
}

fn data<'b>(
    columns: &mut Columns<'b>,
    series: &Series<'b>,
    arena: &'b Bump,
) -> Result<PointData<'b>, ExportError> {
    let double: Option<f64> = columns.take()?;
    let int: Option<i64> = columns.take()?;
    let count = columns.take_as(|it: Option<i64>| unsigned(it))?;
    let [sum, min, max]: [Option<f64>; 3] = [columns.take()?, columns.take()?, columns.take()?];
    let bucket_counts = columns.take_as(|it| counts(arena, it))?;
    let scale: Option<i32> = columns.take()?;
    let zero_count = columns.take_as(|it: Option<i64>| unsigned(it))?;
    let zero_threshold: Option<f64> = columns.take()?;
    let positive = buckets(columns, arena)?;
    let negative = buckets(columns, arena)?;
    let quantiles = quantiles(columns, arena)?;
    Ok(match series.metric.kind {
        MetricKind::Gauge | MetricKind::Sum => {
            PointData::Number(double.map(Number::Double).or(int.map(Number::Int)))
        }
        MetricKind::Histogram => PointData::Histogram(HistogramView {
            count,
            sum,
            min,
            max,
            bucket_counts,
            explicit_bounds: series.explicit_bounds,
        }),
        MetricKind::ExponentialHistogram => PointData::Exponential(ExponentialView {
            count,
            sum,
            min,
            max,
            scale: scale.unwrap_or_default(),
            zero_count,
            zero_threshold: zero_threshold.unwrap_or_default(),
            positive,
            negative,
        }),
        MetricKind::Summary => {
            PointData::Summary(SummaryView { count, sum: sum.unwrap_or_default(), quantiles })
        }
    })
}

fn unsigned(stored: Option<i64>) -> Result<u64, Source> {
    Ok(u64::try_from(stored.unwrap_or_default())?)
}

fn counts(arena: &Bump, stored: Option<Vec<i64>>) -> Result<&[u64], Source> {
    let mut counts = BumpVec::new_in(arena);
    for count in stored.unwrap_or_default() {
        counts.push(u64::try_from(count)?);
    }
    Ok(counts.into_bump_slice())
}

/// An offset and its counts; without an offset no buckets were sent.
fn buckets<'b>(
    columns: &mut Columns<'b>,
    arena: &'b Bump,
) -> Result<Option<BucketsView<'b>>, ExportError> {
    let offset: Option<i32> = columns.take()?;
    let counts = columns.take_as(|it| counts(arena, it))?;
    Ok(offset.map(|offset| BucketsView { offset, counts }))
}

fn quantiles<'b>(
    columns: &mut Columns<'b>,
    arena: &'b Bump,
) -> Result<&'b [QuantileView], ExportError> {
    let quantiles: Option<Vec<f64>> = columns.take()?;
    let values: Option<Vec<f64>> = columns.take()?;
    let (quantiles, values) = (quantiles.unwrap_or_default(), values.unwrap_or_default());
    if quantiles.len() != values.len() {
        return Err(columns.odd(Odd("not as many values as quantiles")));
    }
    let pairs = quantiles.into_iter().zip(values);
    Ok(arena.alloc_slice_fill_iter(pairs.map(|(quantile, value)| QuantileView { quantile, value })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exemplar<'j> {
    time_unix_nano: u64,
    as_int: Option<i64>,
    as_double: Option<f64>,
    #[serde(default)]
    trace_id: &'j str,
    #[serde(default)]
    span_id: &'j str,
    #[serde(borrow)]
    filtered_attributes: Option<&'j RawValue>,
}

fn exemplars<'b>(
    arena: &'b Bump,
    text: Option<JsonText<'b>>,
) -> Result<&'b [ExemplarView<'b>], Source> {
    let Some(JsonText(text)) = text else { return Ok(&[]) };
    let mut exemplars = BumpVec::new_in(arena);
    for exemplar in serde_json::from_str::<Vec<Exemplar<'b>>>(text)? {
        exemplars.push(ExemplarView {
            time: UnixNanos(exemplar.time_unix_nano),
            value: exemplar.as_int.map(Number::Int).or(exemplar.as_double.map(Number::Double)),
            trace_id: unhex(arena, exemplar.trace_id)?,
            span_id: unhex(arena, exemplar.span_id)?,
            attributes: json::raw_attributes(arena, exemplar.filtered_attributes)?,
        });
    }
    Ok(exemplars.into_bump_slice())
}
