//! What is admitted: the policy of ids and times.
//!
//! A refused record is lost to its sender (OTLP forbids to retry it), so only what can never be
//! stored is refused; everything else about a record is kept as it is.

use std::fmt;
use std::time::Duration;

use crate::ids::{BadId, Ordinal, SpanId, TraceId};
use crate::record::SpanView;
use crate::time::UnixNanos;

/// The policy in force when a request came in; part of what makes preparing it a pure function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicySnapshot {
    /// Records that start further in the future than this are refused (`INGEST_MAX_FUTURE`).
    pub future_max: Duration,
    /// Records that started longer ago than this are refused (`INGEST_MAX_AGE`): each stray day
    /// would open a partition.
    pub age_max: Duration,
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

/// Why a record is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The trace id is none.
    #[error("trace_id {0}")]
    TraceId(BadId),
    /// The span id is none.
    #[error("span_id {0}")]
    SpanId(BadId),
    /// It starts too far in the future.
    #[error("start_time_unix_nano {time} is too far in the future (INGEST_MAX_FUTURE)", time = .0.0)]
    Future(UnixNanos),
    /// It started too long ago.
    #[error("start_time_unix_nano {time} is too old (INGEST_MAX_AGE)", time = .0.0)]
    Age(UnixNanos),
    /// It was refused when the request first came in; told on replay.
    #[error("refused at first intake")]
    Earlier,
}

impl Refusal {
    /// The name of the reason in metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TraceId(_) => "trace_id",
            Self::SpanId(_) => "span_id",
            Self::Future(_) => "future",
            Self::Age(_) => "age",
            Self::Earlier => "earlier",
        }
    }
}

impl PolicySnapshot {
    /// Decides whether `span`, received at `received_at`, is stored.
    ///
    /// # Errors
    /// The reason why it is not.
    pub fn check(&self, span: &SpanView<'_>, received_at: UnixNanos) -> Result<SpanIds, Refusal> {
        let ids = Self::ids(span)?;
        if span.start > received_at.plus(self.future_max) {
            return Err(Refusal::Future(span.start));
        }
        if span.start < received_at.minus(self.age_max) {
            return Err(Refusal::Age(span.start));
        }
        Ok(ids)
    }

    /// The ids of `span`.
    ///
    /// # Errors
    /// When the trace's or the span's id is none.
    pub fn ids(span: &SpanView<'_>) -> Result<SpanIds, Refusal> {
        Ok(SpanIds {
            trace: TraceId::parse(span.trace_id).map_err(Refusal::TraceId)?,
            span: SpanId::parse(span.span_id).map_err(Refusal::SpanId)?,
            parent: SpanId::parse(span.parent_span_id).ok(),
        })
    }
}

/// The records of a request that are not stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordSet {
    refused: Vec<(Ordinal, Refusal)>,
}

impl RecordSet {
    /// Adds a record; ordinals come in rising order.
    pub fn insert(&mut self, ordinal: Ordinal, refusal: Refusal) {
        self.refused.push((ordinal, refusal));
    }

    /// Whether `ordinal` is among them.
    #[must_use]
    pub fn contains(&self, ordinal: Ordinal) -> bool {
        self.refused.binary_search_by_key(&ordinal, |(it, _)| *it).is_ok()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.refused.len()
    }

    /// Whether every record is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.refused.is_empty()
    }

    /// Each with its reason.
    pub fn iter(&self) -> impl Iterator<Item = (Ordinal, Refusal)> + '_ {
        self.refused.iter().copied()
    }
}

/// Tells a client what was refused, by the first few examples: OTLP bounds an answer to 4 MiB.
impl fmt::Display for RecordSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const EXAMPLES: usize = 3;
        write!(f, "{} refused", self.len())?;
        for (Ordinal(ordinal), refusal) in self.iter().take(EXAMPLES) {
            write!(f, "; record {ordinal}: {refusal}")?;
        }
        if self.len() > EXAMPLES { write!(f, "; …") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{ResourceView, ScopeView};

    const NOW: UnixNanos = UnixNanos(1_800_000_000_000_000_000);
    const POLICY: PolicySnapshot = PolicySnapshot {
        future_max: Duration::from_hours(1),
        age_max: Duration::from_hours(30 * 24),
    };
    const RESOURCE: ResourceView<'static> = ResourceView {
        key: 0,
        attributes: &[],
        dropped_attributes_count: 0,
        schema_url: "",
        wire: &[],
        carries_more: false,
    };
    const SCOPE: ScopeView<'static> = ScopeView {
        key: 0,
        name: "",
        version: "",
        attributes: &[],
        dropped_attributes_count: 0,
        schema_url: "",
        wire: &[],
    };

    fn span(start: UnixNanos) -> SpanView<'static> {
        SpanView {
            resource: &RESOURCE,
            scope: &SCOPE,
            trace_id: &[1; 16],
            span_id: &[2; 8],
            parent_span_id: &[],
            trace_state: "",
            flags: 0,
            name: "",
            kind: 0,
            start,
            end: start,
            attributes: &[],
            dropped_attributes_count: 0,
            events: &[],
            dropped_events_count: 0,
            links: &[],
            dropped_links_count: 0,
            status: None,
        }
    }

    #[test]
    fn a_span_is_refused_for_its_own_ids_but_not_for_its_parents() {
        let good = POLICY.check(&span(NOW), NOW).unwrap();
        assert_eq!(good.parent, None);
        let odd_parent = SpanView { parent_span_id: &[1; 5], ..span(NOW) };
        assert_eq!(POLICY.check(&odd_parent, NOW), Ok(good));
        let zero = SpanView { trace_id: &[0; 16], ..span(NOW) };
        assert_eq!(POLICY.check(&zero, NOW), Err(Refusal::TraceId(BadId::Zero)));
        let none = SpanView { span_id: &[], ..span(NOW) };
        let length = BadId::Length { found: 0, expected: 8 };
        assert_eq!(POLICY.check(&none, NOW), Err(Refusal::SpanId(length)));
    }

    #[test]
    fn the_bounds_of_time_themselves_are_admitted() {
        let latest = NOW.plus(POLICY.future_max);
        let earliest = NOW.minus(POLICY.age_max);
        assert!(POLICY.check(&span(latest), NOW).is_ok());
        assert!(POLICY.check(&span(earliest), NOW).is_ok());
        let future = UnixNanos(latest.0 + 1);
        assert_eq!(POLICY.check(&span(future), NOW), Err(Refusal::Future(future)));
        let old = UnixNanos(earliest.0 - 1);
        assert_eq!(POLICY.check(&span(old), NOW), Err(Refusal::Age(old)));
    }

    #[test]
    fn a_set_names_the_first_examples_only() {
        let mut set = RecordSet::default();
        for ordinal in 0..5 {
            set.insert(Ordinal(ordinal), Refusal::TraceId(BadId::Zero));
        }
        assert!(set.contains(Ordinal(4)) && !set.contains(Ordinal(5)));
        let text = set.to_string();
        assert!(text.starts_with("5 refused; record 0: trace_id is all zero;"), "{text}");
        assert!(text.ends_with("; …") && !text.contains("record 3"), "{text}");
    }
}
