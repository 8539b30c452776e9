//! Why a record is not stored, and which records of a request are not.

use std::fmt;

use crate::ids::{BadId, Ordinal};
use crate::time::UnixNanos;

/// Why a record is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The trace id is none.
    #[error("trace_id {0}")]
    TraceId(BadId),
    /// The span id is none.
    #[error("span_id {0}")]
    SpanId(BadId),
    /// It lies too far in the future.
    #[error("{field} {time} is too far in the future (INGEST_MAX_FUTURE)", time = .time.0)]
    Future {
        /// Which of its times.
        field: &'static str,
        /// The time.
        time: UnixNanos,
    },
    /// It lies too far in the past.
    #[error("{field} {time} is too old (INGEST_MAX_AGE)", time = .time.0)]
    Age {
        /// Which of its times.
        field: &'static str,
        /// The time.
        time: UnixNanos,
    },
    /// A point without a time.
    #[error("time_unix_nano is 0: a data point needs its time")]
    NoTime,
    /// A sum or histogram that does not say what it adds up.
    #[error("aggregation_temporality is unspecified: set delta or cumulative")]
    Temporality,
    /// A histogram whose buckets and bounds don't belong together.
    #[error(
        "{counts} bucket_counts do not fit {bounds} explicit_bounds: one more is needed, or none of both"
    )]
    Buckets {
        /// How many counts.
        counts: usize,
        /// How many bounds.
        bounds: usize,
    },
    /// A histogram whose bounds don't rise.
    #[error("explicit_bounds do not rise")]
    Bounds,
    /// A point without a value that does not say so.
    #[error("no value is set, nor the flag NO_RECORDED_VALUE")]
    NoValue,
    /// It has too many attributes.
    #[error("{found} attributes are more than {max} (INGEST_MAX_ATTRIBUTES)")]
    Attributes {
        /// How many.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// An attribute of it is too large.
    #[error("an attribute of {found} bytes is larger than {max} (INGEST_MAX_ATTRIBUTE_BYTES)")]
    AttributeBytes {
        /// How large.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// It was refused when the request first came in; told on replay.
    #[error("refused at first intake")]
    Earlier,
}

impl Refusal {
    /// The names of all reasons that are counted; a replay counts nothing anew.
    pub const NAMES: [&'static str; 11] = [
        "trace_id",
        "span_id",
        "future",
        "age",
        "no_time",
        "temporality",
        "buckets",
        "bounds",
        "no_value",
        "attributes",
        "attribute_bytes",
    ];

    /// The name of the reason in metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TraceId(_) => "trace_id",
            Self::SpanId(_) => "span_id",
            Self::Future { .. } => "future",
            Self::Age { .. } => "age",
            Self::NoTime => "no_time",
            Self::Temporality => "temporality",
            Self::Buckets { .. } => "buckets",
            Self::Bounds => "bounds",
            Self::NoValue => "no_value",
            Self::Attributes { .. } => "attributes",
            Self::AttributeBytes { .. } => "attribute_bytes",
            Self::Earlier => "earlier",
        }
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
