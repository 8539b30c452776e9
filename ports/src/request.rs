//! A request, as it travels.

use bytes::Bytes;
use observatory_domain::ids::ProjectId;

/// Which of OTLP's signals a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// `ExportTraceServiceRequest`: spans.
    Traces,
    /// `ExportMetricsServiceRequest`: data points.
    Metrics,
    /// `ExportLogsServiceRequest`: log records.
    Logs,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// The name in metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }
}

/// The decompressed protobuf bytes of one export call. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose records these are.
    pub project: ProjectId,
    /// What they are.
    pub signal: Signal,
    /// The bytes, never changed.
    pub body: Bytes,
}
