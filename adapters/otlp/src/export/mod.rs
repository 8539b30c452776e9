//! Stored records as OTLP again: gathered into requests of generated structs, for speed matters less
//! here than on the way in.
//!
//! | file | what |
//! |---|---|
//! | `groups` | records by resource and scope |
//! | `message` | spans and log records, and what all signals share |
//! | `metric`, `point` | metrics and their data points |

mod groups;
mod message;
mod metric;
mod point;

use observatory_domain::record::RecordView;
use observatory_ports::Signal;
use observatory_ports::driven::Stored;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::{DecodeError, Message};

use groups::Groups;

/// Records of one signal on their way into a request.
#[derive(Debug)]
pub enum Gathered {
    /// Of traces.
    Spans(Groups<Span>),
    /// Of metrics: each with its one point, joined when the request is made.
    Metrics(Groups<Metric>),
    /// Of logs.
    Logs(Groups<LogRecord>),
}

impl Gathered {
    /// Gathers records of `signal`.
    #[must_use]
    pub fn new(signal: Signal) -> Self {
        match signal {
            Signal::Traces => Self::Spans(Groups::default()),
            Signal::Metrics => Self::Metrics(Groups::default()),
            Signal::Logs => Self::Logs(Groups::default()),
        }
    }

    /// Adds a record; one of another signal is left out.
    ///
    /// # Errors
    /// When an original is no such message.
    pub fn push(&mut self, stored: &Stored<'_>) -> Result<(), DecodeError> {
        match (self, stored.view) {
            (Self::Spans(groups), RecordView::Span(view)) => {
                let span = match stored.original {
                    Some(original) => Span::decode(original)?,
                    None => message::span(view),
                };
                groups.push(view.resource, view.scope, stored, span)
            }
            (Self::Logs(groups), RecordView::Log(view)) => {
                let log = match stored.original {
                    Some(original) => LogRecord::decode(original)?,
                    None => message::log(view),
                };
                groups.push(view.resource, view.scope, stored, log)
            }
            (Self::Metrics(groups), RecordView::Point(view)) => {
                let metric = metric::metric(view, stored.original, stored.series_original)?;
                groups.push(view.metric.resource, view.metric.scope, stored, metric)
            }
            _ => Ok(()),
        }
    }

    /// How many records were gathered.
    #[must_use]
    pub fn records(&self) -> usize {
        match self {
            Self::Spans(groups) => groups.records(),
            Self::Metrics(groups) => groups.records(),
            Self::Logs(groups) => groups.records(),
        }
    }

    /// How large their request will be, but for a few bytes of lengths.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Spans(groups) => groups.bytes(),
            Self::Metrics(groups) => groups.bytes(),
            Self::Logs(groups) => groups.bytes(),
        }
    }

    /// The request, as protobuf; nothing is left behind.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Spans(groups) => traces(groups).encode_to_vec(),
            Self::Metrics(groups) => metrics(groups).encode_to_vec(),
            Self::Logs(groups) => logs(groups).encode_to_vec(),
        }
    }
}

fn traces(groups: &mut Groups<Span>) -> ExportTraceServiceRequest {
    let resource_spans = groups.take(|resource, schema_url, scopes| {
        let scope_spans = scopes.map(|it| ScopeSpans {
            scope: Some(it.of),
            spans: it.items,
            schema_url: it.schema_url,
        });
        let scope_spans = scope_spans.collect();
        ResourceSpans { resource: Some(resource), scope_spans, schema_url }
    });
    ExportTraceServiceRequest { resource_spans }
}

fn metrics(groups: &mut Groups<Metric>) -> ExportMetricsServiceRequest {
    let resource_metrics = groups.take(|resource, schema_url, scopes| {
        let scope_metrics = scopes.map(|it| ScopeMetrics {
            scope: Some(it.of),
            metrics: metric::joined(it.items),
            schema_url: it.schema_url,
        });
        let scope_metrics = scope_metrics.collect();
        ResourceMetrics { resource: Some(resource), scope_metrics, schema_url }
    });
    ExportMetricsServiceRequest { resource_metrics }
}

fn logs(groups: &mut Groups<LogRecord>) -> ExportLogsServiceRequest {
    let resource_logs = groups.take(|resource, schema_url, scopes| {
        let scope_logs = scopes.map(|it| ScopeLogs {
            scope: Some(it.of),
            log_records: it.items,
            schema_url: it.schema_url,
        });
        let scope_logs = scope_logs.collect();
        ResourceLogs { resource: Some(resource), scope_logs, schema_url }
    });
    ExportLogsServiceRequest { resource_logs }
}
