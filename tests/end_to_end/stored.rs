//! What is stored, column by column, and what is refused.

use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, request, span};
use observatory_tests::service::{Service, Start};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use prost::Message;
use tonic::Code;

async fn send(client: &mut GrpcClient, spans: Vec<Span>) -> ExportTraceServiceResponse {
    let answer = client.send(request(spans).encode_to_vec().into()).await.unwrap();
    ExportTraceServiceResponse::decode(answer).unwrap()
}

#[tokio::test]
async fn bad_records_are_refused_and_their_neighbours_stored() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let good = send(&mut client, vec![span(1)]).await;
    assert_eq!(good.partial_success, None);
    let spans = vec![
        span(2),
        Span { trace_id: vec![0; 16], ..span(3) },
        Span { span_id: vec![1; 7], ..span(4) },
        Span { start_time_unix_nano: 1, ..span(5) },
        Span { start_time_unix_nano: u64::MAX, ..span(6) },
        span(7),
    ];
    let partial = send(&mut client, spans).await.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 4);
    assert!(partial.error_message.contains("record 1: trace_id is all zero"), "{partial:?}");
    let sql = database.connect().await;
    let names = sql.query("SELECT name FROM spans ORDER BY name", &[]).await.unwrap();
    let names: Vec<String> = names.iter().map(|it| it.get(0)).collect();
    assert_eq!(names, ["span 1", "span 2", "span 7"]);
    assert_eq!(service.metric("storage_records_stored_total").await, Some(3.0));
}

#[tokio::test]
async fn malformed_requests_are_refused_and_nothing_of_them_is_stored() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let mut body = request(vec![span(1), span(2)]).encode_to_vec();
    body.truncate(body.len() - 1);
    let refused = client.send(body.into()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    assert!(client.send(Vec::new().into()).await.is_ok(), "an empty request is a success");
    let count =
        database.connect().await.query_one("SELECT count(*) FROM spans", &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn what_postgresql_can_not_hold_is_made_holdable_and_kept_as_it_was() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let odd = Span {
        name: "nul\0name".to_owned(),
        attributes: vec![
            attribute("bytes", Value::BytesValue(vec![0, 1, 2])),
            attribute("nan", Value::DoubleValue(f64::NAN)),
            attribute("negative zero", Value::DoubleValue(-0.0)),
            attribute("twice", Value::IntValue(1)),
            attribute("twice", Value::IntValue(2)),
        ],
        ..span(1)
    };
    send(&mut client, vec![odd.clone(), span(2)]).await;
    let sql = "SELECT name, original, attributes->>'nan' FROM spans ORDER BY original NULLS LAST";
    let rows = database.connect().await.query(sql, &[]).await.unwrap();
    assert_eq!(rows[0].get::<_, String>(0), "nul\u{FFFD}name");
    let original = Span::decode(rows[0].get::<_, &[u8]>(1)).unwrap();
    assert_eq!(original.encode_to_vec(), odd.encode_to_vec());
    assert_eq!(rows[0].get::<_, Option<String>>(2).as_deref(), Some("NaN"));
    assert_eq!(rows[1].get::<_, Option<Vec<u8>>>(1), None);
}

#[tokio::test]
async fn a_call_failed_or_it_did_not() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let call = |number, code: Option<i32>, error: Option<&str>| {
        let text = |it: &str| Value::StringValue(it.to_owned());
        let mut attributes = vec![attribute("gen_ai.operation.name", text("chat"))];
        attributes.extend(error.map(|it| attribute("error.type", text(it))));
        let status = code.map(|code| Status { code, ..Status::default() });
        Span { attributes, status, ..span(number) }
    };
    let calls = vec![
        call(0, None, None),
        call(1, Some(0), None),
        call(2, Some(1), None),
        call(3, Some(2), None),
        call(4, None, Some("timeout")),
    ];
    send(&mut client, calls).await;
    let sql = database.connect().await;
    let rows = sql.query("SELECT failed FROM llm_calls ORDER BY span_id", &[]).await.unwrap();
    let failed: Vec<Option<bool>> = rows.iter().map(|it| it.get(0)).collect();
    assert_eq!(failed, [false, false, false, true, true].map(Some));
    let errors =
        sql.query_one("SELECT sum(errors)::bigint FROM llm_usage_hourly", &[]).await.unwrap();
    assert_eq!(errors.get::<_, i64>(0), 2);
}

/// Sends `requests` at once; all but the one at `bad` are stored, and that one hears of `constraint`.
async fn only_one_is_refused(
    service: &Service,
    requests: Vec<ExportTraceServiceRequest>,
    bad: usize,
    constraint: &str,
) {
    let mut answers = Vec::new();
    for request in requests {
        let mut client = GrpcClient::connect(service.address("grpc")).await;
        let body = request.encode_to_vec();
        answers.push(async move { client.send(body.into()).await.map(|_| ()) });
    }
    let answers = futures_util::future::join_all(answers).await;
    for (number, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(()) => assert_ne!(number, bad),
            Err(status) => {
                assert_eq!((number, status.code()), (bad, Code::InvalidArgument), "{status}");
                assert!(status.message().contains(constraint), "{status}");
            }
        }
    }
}

#[tokio::test]
async fn a_poisonous_request_is_answered_alone() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let sql = database.connect().await;
    let constraint = "ALTER TABLE spans ADD CONSTRAINT no_poison CHECK (name <> 'poison')";
    sql.batch_execute(constraint).await.unwrap();
    let named = |number: u64| match number {
        3 => "poison".to_owned(),
        _ => format!("good {number}"),
    };
    let requests = (0..8).map(|it| request(vec![Span { name: named(it), ..span(it) }])).collect();
    only_one_is_refused(&service, requests, 3, "no_poison").await;
    let count = sql.query_one("SELECT count(*) FROM spans", &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 7);
}

#[tokio::test]
async fn a_resource_that_the_database_refuses_is_answered_alone() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let sql = database.connect().await;
    let constraint =
        "ALTER TABLE resources ADD CONSTRAINT no_poison CHECK (service_name <> 'poison')";
    sql.batch_execute(constraint).await.unwrap();
    let requests = (0..8).map(|number| {
        let name = if number == 3 { "poison".to_owned() } else { format!("good {number}") };
        let attributes = vec![attribute("service.name", Value::StringValue(name))];
        let mut request = request(vec![span(number)]);
        request.resource_spans[0].resource = Some(Resource { attributes, ..Resource::default() });
        request
    });
    only_one_is_refused(&service, requests.collect(), 3, "no_poison").await;
    let stored = "SELECT count(*) FROM spans JOIN resources USING (project_id, resource_id)";
    let count = sql.query_one(stored, &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 7);
}
