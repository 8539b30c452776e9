//! The log records of workload G, as generated types.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

use super::Workload;
use super::parts::{SCHEMA_URL, any, number, prose, resource, scope, text};

/// A whole request.
pub(super) fn request() -> ExportLogsServiceRequest {
    let log_records = (0..Workload::G.records()).map(log).collect();
    let scope_logs =
        ScopeLogs { scope: Some(scope()), log_records, schema_url: SCHEMA_URL.to_owned() };
    let group = ResourceLogs {
        resource: Some(resource()),
        scope_logs: vec![scope_logs],
        ..ResourceLogs::default()
    };
    ExportLogsServiceRequest { resource_logs: vec![group] }
}

fn log(index: usize) -> LogRecord {
    LogRecord {
        // Overwritten by the template; never zero, so that every byte is on the wire.
        time_unix_nano: u64::MAX,
        observed_time_unix_nano: u64::MAX,
        trace_id: vec![1; 16],
        span_id: vec![1; 8],
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: Some(any(Value::StringValue(prose(index, 140)))),
        attributes: vec![
            text("code.file.path", "/srv/app/assistant/planner.py"),
            number("code.line.number", 218),
            text("code.function.name", "plan_trip"),
            text("thread.name", "worker-3"),
            text("tenant", &format!("tenant-{:04}", index % 97)),
        ],
        flags: 1,
        ..LogRecord::default()
    }
}
