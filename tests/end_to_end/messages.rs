//! Messages that senders flatten into attributes, or send as events, are put together in `llm_calls`.

use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, logs_request, now, request, span};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use prost::Message;
use serde_json::{Value as Json, json};

use cases::{Case, asks, cases};

mod cases;

fn otlp(json: &Json) -> Value {
    let any = |it: &Json| AnyValue { value: Some(otlp(it)) };
    match json {
        Json::String(text) => Value::StringValue(text.clone()),
        Json::Number(number) => Value::IntValue(number.as_i64().unwrap()),
        Json::Array(items) => {
            Value::ArrayValue(opentelemetry_proto::tonic::common::v1::ArrayValue {
                values: items.iter().map(any).collect(),
            })
        }
        Json::Object(members) => {
            let values = members.iter().map(|(key, value)| attribute(key, otlp(value))).collect();
            Value::KvlistValue(KeyValueList { values })
        }
        Json::Bool(truth) => Value::BoolValue(*truth),
        // No example has one.
        Json::Null => Value::StringValue("null".to_owned()),
    }
}

fn called(number: u64, case: &Case) -> Span {
    let events = case.events.iter().map(|(name, told)| Event {
        name: (*name).to_owned(),
        attributes: told
            .as_object()
            .unwrap()
            .iter()
            .map(|it| attribute(it.0, otlp(it.1)))
            .collect(),
        ..Event::default()
    });
    let attributes = case.attributes.iter().map(|(name, value)| attribute(name, otlp(value)));
    let chat = attribute("gen_ai.operation.name", otlp(&json!("chat")));
    Span {
        attributes: attributes.chain([chat]).collect(),
        events: events.collect(),
        ..span(number)
    }
}

/// The case's log records: the name as its own field or as an attribute, as some do.
fn logged(number: u64, case: &Case) -> Vec<LogRecord> {
    let span = span(number);
    let logs = (0..).zip(&case.logged).map(|(place, (name, told))| LogRecord {
        time_unix_nano: now() + place,
        event_name: if place % 2 == 0 { (*name).to_owned() } else { String::new() },
        attributes: vec![attribute("event.name", otlp(&json!(name)))],
        body: Some(AnyValue { value: Some(otlp(told)) }),
        trace_id: span.trace_id.clone(),
        span_id: span.span_id.clone(),
        ..LogRecord::default()
    });
    logs.collect()
}

#[tokio::test]
async fn messages_are_put_together_from_whatever_shape_and_place_they_are_sent_in() {
    for logs_first in [true, false] {
        let database = TestDatabase::create().await;
        let service = Start::into_database(database.url()).ready().await;
        let mut client = GrpcClient::connect(service.address("grpc")).await;
        let cases = cases();
        let spans = (0..).zip(&cases).map(|(number, case)| called(number, case)).collect();
        let logs = (0..).zip(&cases).flat_map(|(number, case)| logged(number, case)).collect();
        // A record that says no span belongs to none.
        let astray =
            LogRecord { event_name: "gen_ai.user.message".to_owned(), ..LogRecord::default() };
        let logs = [logs, vec![LogRecord { time_unix_nano: now(), ..astray }]].concat();
        let mut requests = vec![
            (Signal::Traces, request(spans).encode_to_vec()),
            (Signal::Logs, logs_request(logs).encode_to_vec()),
        ];
        if logs_first {
            requests.reverse();
        }
        for (signal, body) in requests {
            assert!(client.send_as(signal, body.into()).await.unwrap().is_empty());
        }
        let query = "SELECT input_messages, output_messages, finish_reasons FROM llm_calls ORDER BY span_id";
        let rows = database.connect().await.query(query, &[]).await.unwrap();
        assert_eq!(rows.len(), cases.len());
        for (case, row) in cases.iter().zip(rows) {
            let read = |column: usize| {
                let text: Option<String> = row.get(column);
                text.map_or(Json::Null, |it| serde_json::from_str(&it).unwrap())
            };
            assert_eq!(read(0), case.input, "{}", case.what);
            assert_eq!(read(1), case.output, "{}", case.what);
            let asks = case.output == json!([asks()]);
            assert_eq!(row.get::<_, Option<Vec<String>>>(2).is_some(), asks, "{}", case.what);
        }
        database.remove().await;
    }
}
