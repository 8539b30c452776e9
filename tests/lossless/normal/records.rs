//! Spans and log records.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::Node;
use super::values::{any, bytes, int, keyed, list, message, optional, resource, scope, text};

pub(super) fn spans(request: &ExportTraceServiceRequest) -> Vec<Node> {
    let ExportTraceServiceRequest { resource_spans } = request;
    let mut records = Vec::new();
    for ResourceSpans { resource: of, scope_spans, schema_url } in resource_spans {
        let around = [("resource", resource(of.as_ref())), ("resource_schema", text(schema_url))];
        for ScopeSpans { scope: by, spans, schema_url } in scope_spans {
            let inner = [("scope", scope(by.as_ref())), ("scope_schema", text(schema_url))];
            let common = [around.clone(), inner].concat();
            records.extend(spans.iter().map(|it| record(&common, ("span", span(it)))));
        }
    }
    records
}

pub(super) fn logs(request: &ExportLogsServiceRequest) -> Vec<Node> {
    let ExportLogsServiceRequest { resource_logs } = request;
    let mut records = Vec::new();
    for ResourceLogs { resource: of, scope_logs, schema_url } in resource_logs {
        let around = [("resource", resource(of.as_ref())), ("resource_schema", text(schema_url))];
        for ScopeLogs { scope: by, log_records, schema_url } in scope_logs {
            let inner = [("scope", scope(by.as_ref())), ("scope_schema", text(schema_url))];
            let common = [around.clone(), inner].concat();
            records.extend(log_records.iter().map(|it| record(&common, ("log", log(it)))));
        }
    }
    records
}

/// A record with what it has in common with others.
pub(super) fn record(common: &[(&'static str, Node)], own: (&'static str, Node)) -> Node {
    Node::Message([common, &[own]].concat())
}

fn span(span: &Span) -> Node {
    message!(span => Span {
        trace_id: bytes,
        span_id: bytes,
        trace_state: text,
        parent_span_id: bytes,
        flags: int,
        name: text,
        kind: int,
        start_time_unix_nano: int,
        end_time_unix_nano: int,
        attributes: keyed,
        dropped_attributes_count: int,
        events: list(event),
        dropped_events_count: int,
        links: list(link),
        dropped_links_count: int,
        status: optional(outcome),
    })
}

fn event(event: &Event) -> Node {
    message!(event => Event {
        time_unix_nano: int,
        name: text,
        attributes: keyed,
        dropped_attributes_count: int,
    })
}

fn link(link: &Link) -> Node {
    message!(link => Link {
        trace_id: bytes,
        span_id: bytes,
        trace_state: text,
        attributes: keyed,
        dropped_attributes_count: int,
        flags: int,
    })
}

fn outcome(status: &Status) -> Node {
    message!(status => Status { message: text, code: int })
}

fn log(log: &LogRecord) -> Node {
    message!(log => LogRecord {
        time_unix_nano: int,
        observed_time_unix_nano: int,
        severity_number: int,
        severity_text: text,
        body: optional(any),
        attributes: keyed,
        dropped_attributes_count: int,
        flags: int,
        trace_id: bytes,
        span_id: bytes,
        event_name: text,
    })
}
