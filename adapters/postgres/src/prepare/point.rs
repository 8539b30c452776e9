//! One row of `metric_points`. Doubles are kept by their bits; what describes the series is in
//! `metric_series`.

use observatory_domain::record::{
    BucketsView, ExemplarView, ExponentialView, HistogramView, Number, PointData, PointView,
    SummaryView, Value,
};
use observatory_domain::time::UnixNanos;

use super::dimension::count;
use super::json::{self, Exactness};
use super::span::{Context, array_column, push_hex};
use crate::copy::{RowWriter, sub_micros};

/// The COPY that takes these rows.
pub(super) const COPY_STATEMENT: &str = "COPY metric_points (time, start_time, series_id, \
    project_id, flags, time_nanos, start_nanos, value, value_int, count, sum, min, max, \
    bucket_counts, scale, zero_count, zero_threshold, positive_offset, positive_counts, \
    negative_offset, negative_counts, quantiles, quantile_values, exemplars, original) \
    FROM STDIN (FORMAT binary)";

/// Appends the row of `point`.
pub(super) fn write(out: &mut Vec<u8>, point: &PointView<'_>, context: &Context<'_>) {
    let mut exactness = Exactness::default();
    let mut row = RowWriter::begin(out);
    let start = (point.start != UnixNanos(0)).then_some(point.start);
    row.timestamptz(point.time);
    row.optional(start, RowWriter::timestamptz);
    row.uuid(point.series.to_be_bytes());
    row.int4(context.project.0);
    row.optional(count(point.flags, &mut exactness), RowWriter::int4);
    row.int2(sub_micros(point.time));
    row.int2(sub_micros(point.start));
    match &point.data {
        PointData::Number(value) => number(&mut row, *value),
        PointData::Histogram(view) => histogram(&mut row, view, &mut exactness),
        PointData::Exponential(view) => exponential(&mut row, view, &mut exactness),
        PointData::Summary(view) => summary(&mut row, view, &mut exactness),
    }
    exemplars_column(&mut row, point.exemplars, &mut exactness);
    // Last, for every other column has its word in it.
    match exactness {
        Exactness::Exact => row.null(),
        Exactness::Lossy => row.bytes(context.raw),
    }
    row.end();
}

fn number(row: &mut RowWriter<'_>, value: Option<Number>) {
    match value {
        Some(Number::Double(value)) => {
            row.float8(value);
            row.null();
        }
        Some(Number::Int(value)) => {
            row.null();
            row.int8(value);
        }
        None => nulls(row, 2),
    }
    nulls(row, 14);
}

fn histogram(row: &mut RowWriter<'_>, view: &HistogramView<'_>, exactness: &mut Exactness) {
    nulls(row, 2);
    row.int8(signed(view.count, exactness));
    for optional in [view.sum, view.min, view.max] {
        row.optional(optional, RowWriter::float8);
    }
    counts(row, view.bucket_counts, exactness);
    nulls(row, 9);
}

fn exponential(row: &mut RowWriter<'_>, view: &ExponentialView<'_>, exactness: &mut Exactness) {
    nulls(row, 2);
    row.int8(signed(view.count, exactness));
    for optional in [view.sum, view.min, view.max] {
        row.optional(optional, RowWriter::float8);
    }
    row.null();
    row.int4(view.scale);
    row.int8(signed(view.zero_count, exactness));
    row.float8(view.zero_threshold);
    for buckets in [view.positive, view.negative] {
        match buckets {
            Some(BucketsView { offset, counts: buckets }) => {
                row.int4(offset);
                counts(row, buckets, exactness);
            }
            None => nulls(row, 2),
        }
    }
    nulls(row, 2);
}

fn summary(row: &mut RowWriter<'_>, view: &SummaryView<'_>, exactness: &mut Exactness) {
    nulls(row, 2);
    row.int8(signed(view.count, exactness));
    row.float8(view.sum);
    nulls(row, 10);
    if view.quantiles.is_empty() {
        return nulls(row, 2);
    }
    row.float8s(view.quantiles.iter().map(|it| it.quantile));
    row.float8s(view.quantiles.iter().map(|it| it.value));
}

fn exemplars_column(
    row: &mut RowWriter<'_>,
    exemplars: &[ExemplarView<'_>],
    exactness: &mut Exactness,
) {
    array_column(row, exemplars, |out, exemplar| {
        out.extend_from_slice(b"{\"time_unix_nano\":");
        json::integer(out, exemplar.time.0);
        match exemplar.value {
            Some(Number::Int(value)) => {
                out.extend_from_slice(b",\"as_int\":");
                json::integer(out, value);
            }
            Some(Number::Double(value)) => {
                out.extend_from_slice(b",\"as_double\":");
                json::value(out, Value::Double(value), exactness);
            }
            None => {}
        }
        let ids =
            [(&b",\"trace_id\":\""[..], exemplar.trace_id), (b",\"span_id\":\"", exemplar.span_id)];
        for (name, id) in ids.into_iter().filter(|(_, id)| !id.is_empty()) {
            out.extend_from_slice(name);
            push_hex(out, id);
            out.push(b'"');
        }
        if !exemplar.attributes.is_empty() {
            out.extend_from_slice(b",\"filtered_attributes\":");
            json::object(out, exemplar.attributes.iter(), exactness);
        }
        out.push(b'}');
    });
}

fn counts(row: &mut RowWriter<'_>, counts: &[u64], exactness: &mut Exactness) {
    if counts.is_empty() {
        return row.null();
    }
    row.int8s(counts.iter().map(|it| signed(*it, exactness)));
}

/// `bigint` holds 63 bits; a larger count is kept in the original.
fn signed(count: u64, exactness: &mut Exactness) -> i64 {
    let stored = i64::try_from(count);
    exactness.note(stored.is_err());
    stored.unwrap_or(i64::MAX)
}

fn nulls(row: &mut RowWriter<'_>, count: usize) {
    for _ in 0..count {
        row.null();
    }
}
