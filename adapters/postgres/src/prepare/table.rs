//! The tables of records: one a signal.

use observatory_ports::Signal;

use super::{log, point, span};

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Table {
    Spans,
    MetricPoints,
    LogRecords,
}

impl Table {
    /// Every table.
    pub(crate) const ALL: [Self; 3] = [Self::Spans, Self::MetricPoints, Self::LogRecords];

    /// Where the records of `signal` go.
    pub(crate) const fn of(signal: Signal) -> Self {
        match signal {
            Signal::Traces => Self::Spans,
            Signal::Metrics => Self::MetricPoints,
            Signal::Logs => Self::LogRecords,
        }
    }

    /// Its name in SQL.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::MetricPoints => "metric_points",
            Self::LogRecords => "log_records",
        }
    }

    /// The COPY that takes its rows.
    pub(crate) fn copy_statement(self) -> &'static str {
        match self {
            Self::Spans => &span::COPY_STATEMENT,
            Self::MetricPoints => point::COPY_STATEMENT,
            Self::LogRecords => log::COPY_STATEMENT,
        }
    }
}
