//! What is admitted: the policy of ids, times and sizes.
//!
//! A refused record is lost to its sender (OTLP forbids to retry it), so only what can never be
//! stored is refused; everything else about a record is kept as it is. The rules of each signal are
//! those of opentelemetry-proto.

mod refusal;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use refusal::{RecordSet, Refusal};

use crate::ids::{SpanId, TraceId};
use crate::record::{Attribute, LogView, MetricKind, PointData, PointView, SpanView, Value};
use crate::time::UnixNanos;

/// The policy in force when a request came in; part of what makes preparing it a pure function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "they are bounds, and bounds end in max")]
pub struct PolicySnapshot {
    /// Records that lie further in the future than this are refused (`INGEST_MAX_FUTURE`).
    pub future_max: Duration,
    /// Records that lie further in the past than this are refused (`INGEST_MAX_AGE`): each stray day
    /// would open a partition.
    pub age_max: Duration,
    /// Records with more attributes are refused (`INGEST_MAX_ATTRIBUTES`).
    pub attributes_max: usize,
    /// Records with an attribute of more bytes are refused (`INGEST_MAX_ATTRIBUTE_BYTES`).
    pub attribute_bytes_max: usize,
}

/// A span's ids, valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanIds {
    /// The trace.
    pub trace: TraceId,
    /// The span.
    pub span: SpanId,
    /// The parent; absent on a root, and where the sent id is no id.
    pub parent: Option<SpanId>,
}

/// Which of its times places a log record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogTime {
    /// When it happened.
    Sent,
    /// When it was noticed, for it is not known when it happened.
    Observed,
    /// When it was received, for it carries no time.
    Received,
}

/// `DataPointFlags.NO_RECORDED_VALUE`.
const NO_RECORDED_VALUE: u32 = 1;

impl PolicySnapshot {
    /// Decides whether `span`, received at `received_at`, is stored.
    ///
    /// # Errors
    /// The reason why it is not.
    pub fn check_span(
        &self,
        span: &SpanView<'_>,
        received_at: UnixNanos,
    ) -> Result<SpanIds, Refusal> {
        let ids = span_ids(span)?;
        self.check_time("start_time_unix_nano", span.start, received_at)?;
        self.check_attributes(span.attributes)?;
        Ok(ids)
    }

    /// Decides whether `point`, received at `received_at`, is stored.
    ///
    /// # Errors
    /// The reason why it is not.
    pub fn check_point(
        &self,
        point: &PointView<'_>,
        received_at: UnixNanos,
    ) -> Result<(), Refusal> {
        if point.time == UnixNanos(0) {
            return Err(Refusal::NoTime);
        }
        let metric = point.metric;
        if !matches!(metric.kind, MetricKind::Gauge | MetricKind::Summary)
            && metric.temporality == 0
        {
            return Err(Refusal::Temporality);
        }
        check_value(point)?;
        self.check_time("time_unix_nano", point.time, received_at)?;
        self.check_attributes(point.attributes)
    }

    /// Decides whether `log`, received at `received_at`, is stored. Bad ids only cost it its link.
    ///
    /// # Errors
    /// The reason why it is not.
    pub fn check_log(&self, log: &LogView<'_>, received_at: UnixNanos) -> Result<(), Refusal> {
        let (time, source) = log_time(log, received_at);
        let field = match source {
            LogTime::Sent => "time_unix_nano",
            LogTime::Observed | LogTime::Received => "observed_time_unix_nano",
        };
        self.check_time(field, time, received_at)?;
        self.check_attributes(log.attributes)
    }

    fn check_time(
        &self,
        field: &'static str,
        time: UnixNanos,
        received_at: UnixNanos,
    ) -> Result<(), Refusal> {
        if time > received_at.plus(self.future_max) {
            return Err(Refusal::Future { field, time });
        }
        if time < received_at.minus(self.age_max) {
            return Err(Refusal::Age { field, time });
        }
        Ok(())
    }

    fn check_attributes(&self, attributes: &[Attribute<'_>]) -> Result<(), Refusal> {
        if attributes.len() > self.attributes_max {
            return Err(Refusal::Attributes { found: attributes.len(), max: self.attributes_max });
        }
        for attribute in attributes {
            let found = bytes(attribute.key, &attribute.value);
            if found > self.attribute_bytes_max {
                return Err(Refusal::AttributeBytes { found, max: self.attribute_bytes_max });
            }
        }
        Ok(())
    }
}

/// The ids of `span`.
///
/// # Errors
/// When the trace's or the span's id is none.
pub fn span_ids(span: &SpanView<'_>) -> Result<SpanIds, Refusal> {
    Ok(SpanIds {
        trace: TraceId::parse(span.trace_id).map_err(Refusal::TraceId)?,
        span: SpanId::parse(span.span_id).map_err(Refusal::SpanId)?,
        parent: SpanId::parse(span.parent_span_id).ok(),
    })
}

/// When `log` happened, as well as is known (logs.proto, `time_unix_nano`).
#[must_use]
pub fn log_time(log: &LogView<'_>, received_at: UnixNanos) -> (UnixNanos, LogTime) {
    if log.time != UnixNanos(0) {
        (log.time, LogTime::Sent)
    } else if log.observed_time != UnixNanos(0) {
        (log.observed_time, LogTime::Observed)
    } else {
        (received_at, LogTime::Received)
    }
}

/// A value belongs to a point, and buckets to their bounds (metrics.proto).
fn check_value(point: &PointView<'_>) -> Result<(), Refusal> {
    match &point.data {
        PointData::Number(None) if point.flags & NO_RECORDED_VALUE == 0 => Err(Refusal::NoValue),
        PointData::Histogram(histogram) => {
            let (counts, bounds) = (histogram.bucket_counts.len(), histogram.explicit_bounds.len());
            if counts != bounds + 1 && (counts, bounds) != (0, 0) {
                return Err(Refusal::Buckets { counts, bounds });
            }
            // Not `>=`: nothing rises to NaN.
            let rises = histogram.explicit_bounds.is_sorted_by(|lower, upper| lower < upper);
            if rises { Ok(()) } else { Err(Refusal::Bounds) }
        }
        _ => Ok(()),
    }
}

/// The bytes of an attribute's texts.
fn bytes(key: &str, value: &Value<'_>) -> usize {
    key.len()
        + match value {
            Value::Str(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(items) => items.iter().map(|it| bytes("", it)).sum(),
            Value::Map(items) => items.iter().map(|it| bytes(it.key, &it.value)).sum(),
            Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) => 0,
        }
}
