//! OTLP/JSON: what is stored is protobuf, and every answer is JSON.

use std::time::Duration;

use observatory_domain::ids::{BadId, Ordinal};
use observatory_domain::intake::{RecordSet, Refusal};
use observatory_ports::Signal;
use observatory_ports::driven::Outcome;
use observatory_ports::driving::{Accepted, Busy};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;
use serde_json::{Value, json};

use crate::client::http::Answer;
use crate::client::{gzip, http};
use crate::fake::FakeIngest;
use crate::service::{OPTIONS, Service};

const LOGS: &[u8] = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
    {"traceId":"0102030405060708090A0b0c0d0e0f10","body":{"stringValue":"x"}}]}]}]}"#;

async fn post(service: &Service, path: &str, headers: &str, body: &[u8]) -> Answer {
    let headers = format!("content-type: application/json; charset=utf-8\r\n{headers}");
    http::send(service.http, &format!("POST {path}"), &headers, body).await
}

fn read(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn json_is_stored_as_protobuf_and_answered_in_json() {
    let service = Service::start(FakeIngest::answering(Ok(<_>::default()))).await;
    let plain = post(&service, "/v1/logs", "", LOGS).await;
    let compressed = post(&service, "/v1/logs", "content-encoding: gzip\r\n", &gzip(LOGS)).await;
    for answer in [plain, compressed] {
        assert_eq!((answer.code, read(&answer)), (200, json!({})));
    }
    for body in service.ingest.bodies() {
        let request = ExportLogsServiceRequest::decode(body).unwrap();
        let log = &request.resource_logs[0].scope_logs[0].log_records[0];
        assert_eq!(log.trace_id, (1..=16).collect::<Vec<u8>>());
        assert!(log.body.is_some());
    }
    assert_eq!(service.ingest.signals(), [Signal::Logs; 2]);
    assert_eq!(service.seen.take(), [("http", Outcome::Accepted); 2]);
}

#[tokio::test]
async fn each_path_takes_its_signal_and_names_what_it_refused() {
    let mut refused = RecordSet::default();
    refused.insert(Ordinal(1), Refusal::TraceId(BadId::Zero));
    let accepted = Accepted { records: 5, refused };
    let service = Service::start(FakeIngest::answering(Ok(accepted))).await;
    for (path, rejected) in [
        ("/v1/traces", "rejectedSpans"),
        ("/v1/metrics", "rejectedDataPoints"),
        ("/v1/logs", "rejectedLogRecords"),
    ] {
        let answer = post(&service, path, "", b"{}").await;
        let message = "1 refused; record 1: trace_id is all zero";
        let expected = json!({"partialSuccess": {rejected: "1", "errorMessage": message}});
        assert_eq!((answer.code, read(&answer)), (200, expected));
    }
    assert_eq!(service.ingest.signals(), [Signal::Traces, Signal::Metrics, Signal::Logs]);
}

#[tokio::test]
async fn what_is_wrong_is_told_in_json() {
    let service = Service::start(FakeIngest::answering(Ok(<_>::default()))).await;
    let base64 = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"3q2+7w=="}]}]}]}"#;
    let answer = post(&service, "/v1/traces", "", base64).await;
    let status = read(&answer);
    assert_eq!((answer.code, &status["code"]), (400, &json!(3)));
    let message = status["message"].as_str().unwrap();
    assert!(message.contains("spanId: \"3q2+7w==\" is not valid: hex"), "{message}");
    let detail = &status["details"][0];
    assert_eq!(detail["@type"], "type.googleapis.com/google.rpc.BadRequest");
    assert_eq!(detail["fieldViolations"][0]["description"], message);
    let answer = post(&service, "/v1/traces", "content-encoding: deflate\r\n", b"{}").await;
    assert_eq!(answer.code, 415);
    assert!(read(&answer)["message"].as_str().unwrap().contains("send gzip, zstd"));
    assert_eq!(service.seen.take(), [("http", Outcome::Invalid); 2]);
    assert!(service.ingest.bodies().is_empty());
}

#[tokio::test]
async fn a_client_that_should_come_back_is_told_so_in_json() {
    let busy = Busy { reason: "no place", retry_after: Duration::from_millis(1500) };
    let mut ingest = FakeIngest::answering(Ok(<_>::default()));
    ingest.admission = Err(busy);
    let service = Service::start(ingest).await;
    let answer = post(&service, "/v1/metrics", "", b"{}").await;
    assert_eq!((answer.code, answer.header("retry-after")), (503, Some("1")));
    let status = read(&answer);
    assert_eq!((&status["code"], &status["message"]), (&json!(14), &json!("no place")));
    let detail = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"});
    assert_eq!(status["details"], json!([detail]));
}

/// Two bytes of JSON for each number, eight of protobuf and more.
#[tokio::test]
async fn json_is_bounded_before_and_after_it_is_converted() {
    let service = Service::start(FakeIngest::answering(Ok(<_>::default()))).await;
    let numbers = vec!["1"; 200].join(",");
    let metrics = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"histogram":{{"dataPoints":[
            {{"bucketCounts":[{numbers}]}}]}}}}]}}]}}]}}"#
    );
    assert!(metrics.len() < OPTIONS.request_bytes_max);
    let answer = post(&service, "/v1/metrics", "", metrics.as_bytes()).await;
    assert_eq!(answer.code, 413);
    assert_eq!(read(&answer)["code"], json!(8));
    let large = format!("{{{}}}", " ".repeat(OPTIONS.request_bytes_max));
    assert_eq!(post(&service, "/v1/metrics", "", large.as_bytes()).await.code, 413);
    assert_eq!(service.seen.take(), [("http", Outcome::TooLarge); 2]);
    assert_eq!(service.ingest.slots_open(), 0);
}
