//! Changes to a log record.

use observatory_ports::Signal::Logs;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest as Request;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

use super::{attributes, different, resource, scope, value};

fn whole() -> Request {
    let log = LogRecord {
        time_unix_nano: 5,
        observed_time_unix_nano: 6,
        severity_number: 9,
        severity_text: "Info".to_owned(),
        body: Some(value(Value::StringValue("5".to_owned()))),
        attributes: attributes(),
        dropped_attributes_count: 1,
        flags: 1,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        event_name: "event".to_owned(),
    };
    let bare = LogRecord { observed_time_unix_nano: 6, ..LogRecord::default() };
    let scope_logs =
        ScopeLogs { scope: Some(scope()), log_records: vec![log, bare], ..ScopeLogs::default() };
    let resource_logs = ResourceLogs {
        resource: Some(resource()),
        scope_logs: vec![scope_logs],
        ..ResourceLogs::default()
    };
    Request { resource_logs: vec![resource_logs] }
}

fn log(request: &mut Request, place: usize) -> &mut LogRecord {
    &mut request.resource_logs[0].scope_logs[0].log_records[place]
}

different! { Logs, whole,
    the_observed_time_becomes_the_time: |it| log(it, 1).time_unix_nano = 6;
    the_observed_time_is_lost: |it| log(it, 0).observed_time_unix_nano = 0;
    the_severity_text_is_lost: |it| log(it, 0).severity_text.clear();
    the_severity_number_changes: |it| log(it, 0).severity_number = 10;
    the_event_name_is_lost: |it| log(it, 0).event_name.clear();
    the_body_changes_its_type: |it| log(it, 0).body = Some(value(Value::IntValue(5)));
    an_absent_body_becomes_an_empty_one: |it| log(it, 1).body = Some(AnyValue { value: None });
    an_absent_body_becomes_an_empty_text: |it| {
        log(it, 1).body = Some(value(Value::StringValue(String::new())));
    };
    the_logs_span_is_lost: |it| log(it, 0).span_id.clear();
    the_logs_flags_are_lost: |it| log(it, 0).flags = 0;
    a_zero_id_appears: |it| log(it, 1).trace_id = vec![0; 16];
}
