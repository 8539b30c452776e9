//! Log records: what is stored, column by column, and what is refused.

use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, logs_request, now};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;

async fn send(client: &mut GrpcClient, logs: Vec<LogRecord>) -> ExportLogsServiceResponse {
    let body = logs_request(logs).encode_to_vec().into();
    let answer = client.send_as(Signal::Logs, body).await.unwrap();
    ExportLogsServiceResponse::decode(answer).unwrap()
}

fn text(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

fn body(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

#[tokio::test]
async fn a_log_record_is_stored_column_by_column() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let time = now() / 1000 * 1000 + 123;
    let log = LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time + 1000,
        severity_number: 17,
        severity_text: "Error".to_owned(),
        event_name: "gen_ai.choice".to_owned(),
        body: Some(body(text("it failed"))),
        attributes: vec![attribute("code", Value::IntValue(7))],
        dropped_attributes_count: 2,
        flags: 1,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
    };
    assert_eq!(send(&mut client, vec![log]).await.partial_success, None);
    let sql = database.connect().await;
    let columns = "SELECT (extract(epoch FROM time) * 1000000)::bigint, time_nanos::int, \
            (observed_time - time)::text, observed_nanos::int, time_source::int, trace_id::text, \
            span_id, severity_number::int, severity_text, event_name, body, \
            body_structured::text, attributes::text, flags, dropped_attributes_count, original \
        FROM log_records";
    let row = sql.query_one(columns, &[]).await.unwrap();
    assert_eq!(u64::try_from(row.get::<_, i64>(0)), Ok(time / 1000));
    assert_eq!([row.get::<_, i32>(1), row.get(3), row.get(4), row.get(7)], [123, 123, 0, 17]);
    assert_eq!(row.get::<_, &str>(2), "00:00:00.000001");
    assert_eq!(row.get::<_, &str>(5), "01010101-0101-0101-0101-010101010101");
    let texts = [6, 8, 9, 10, 12].map(|it| row.get::<_, String>(it));
    let expected = ["0202020202020202", "Error", "gen_ai.choice", "it failed", "{\"code\": 7}"];
    assert_eq!(texts, expected);
    assert_eq!(row.get::<_, Option<String>>(11), None);
    assert_eq!([row.get::<_, i32>(13), row.get(14)], [1, 2]);
    assert_eq!(row.get::<_, Option<Vec<u8>>>(15), None);
    let view = "SELECT service_name, severity, body, trace_id FROM logs";
    let row = sql.query_one(view, &[]).await.unwrap();
    let texts = [0, 1, 2, 3].map(|it| row.get::<_, String>(it));
    assert_eq!(texts, ["shop", "ERROR", "it failed", &"01".repeat(16)]);
}

#[tokio::test]
async fn a_body_of_any_kind_is_kept() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let list = ArrayValue { values: vec![AnyValue { value: Some(Value::IntValue(1)) }] };
    let map = KeyValueList { values: vec![attribute("role", text("user"))] };
    // Body, what its columns hold, whether the original is needed.
    let cases = [
        (None, None, None, false),
        (Some(body(text(""))), Some(""), None, false),
        (Some(body(text("a\0b"))), Some("a\u{FFFD}b"), None, true),
        (Some(body(Value::IntValue(5))), None, Some("5"), false),
        (Some(body(Value::DoubleValue(5.0))), None, Some("5.0"), false),
        (Some(body(Value::BoolValue(true))), None, Some("true"), false),
        (Some(body(Value::ArrayValue(list))), None, Some("[1]"), false),
        (Some(body(Value::KvlistValue(map))), None, Some("{\"role\": \"user\"}"), false),
        (Some(body(Value::BytesValue(vec![1, 2]))), None, Some("\"AQI=\""), true),
        (Some(AnyValue { value: None }), None, Some("null"), true),
    ];
    let logs: Vec<_> = (1..)
        .zip(&cases)
        .map(|(number, (body, ..))| LogRecord {
            time_unix_nano: now(),
            severity_number: number,
            body: body.clone(),
            ..LogRecord::default()
        })
        .collect();
    send(&mut client, logs.clone()).await;
    let columns =
        "SELECT body, body_structured::text, original FROM log_records ORDER BY severity_number";
    let rows = database.connect().await.query(columns, &[]).await.unwrap();
    assert_eq!(rows.len(), cases.len());
    for ((row, log), (_, plain, structured, is_kept)) in rows.iter().zip(logs).zip(&cases) {
        let texts = [row.get::<_, Option<&str>>(0), row.get(1)];
        assert_eq!(texts, [*plain, *structured], "{log:?}");
        let original = row.get::<_, Option<&[u8]>>(2).map(|it| LogRecord::decode(it).unwrap());
        assert_eq!(original, is_kept.then_some(log));
    }
}

#[tokio::test]
async fn a_log_record_is_kept_for_its_ids_and_times_and_refused_only_for_its_age() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let good = LogRecord { time_unix_nano: now(), ..LogRecord::default() };
    let logs = vec![
        LogRecord { trace_id: vec![1; 15], span_id: vec![0; 8], ..good.clone() },
        LogRecord { time_unix_nano: 0, observed_time_unix_nano: now(), ..good.clone() },
        LogRecord { time_unix_nano: 0, ..good.clone() },
        LogRecord { time_unix_nano: 1, ..good.clone() },
        good,
    ];
    let partial = send(&mut client, logs.clone()).await.partial_success.unwrap();
    assert_eq!(partial.rejected_log_records, 1);
    assert!(partial.error_message.contains("record 3: time_unix_nano 1 is too old"), "{partial:?}");
    let columns = "SELECT time_source::int, trace_id::text, span_id, original, \
        now() - time < interval '1 minute' FROM log_records ORDER BY original, time_source";
    let rows = database.connect().await.query(columns, &[]).await.unwrap();
    let sources: Vec<i32> = rows.iter().map(|it| it.get(0)).collect();
    assert_eq!(sources, [0, 0, 1, 2]);
    assert!(rows.iter().all(|it| it.get::<_, bool>(4)));
    assert_eq!([rows[0].get::<_, Option<&str>>(1), rows[0].get(2)], [None, None]);
    let original = LogRecord::decode(rows[0].get::<_, &[u8]>(3)).unwrap();
    assert_eq!(original, logs[0]);
    assert!(rows[1..].iter().all(|it| it.get::<_, Option<&[u8]>>(3).is_none()));
}
