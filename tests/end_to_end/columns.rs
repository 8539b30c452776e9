//! The typed columns: each has its names, its type and its explanation, and a schema that is not
//! ours is called by its name. The table of names here is written by hand from the semantic
//! conventions, and shares nothing with the one that the service maps by.

use std::collections::BTreeSet;

use observatory_domain::genai::{Column, Kind, Place, source_of};
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, request, span};
use observatory_tests::service::{Start, until};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tonic::Code;

/// Attribute names and the columns that they fill.
const NAMES: &[(&str, &str)] = &[
    ("gen_ai.operation.name", "operation_name"),
    ("gen_ai.provider.name", "provider_name"),
    ("gen_ai.request.model", "request_model"),
    ("gen_ai.response.model", "response_model"),
    ("gen_ai.response.id", "response_id"),
    ("gen_ai.response.finish_reasons", "finish_reasons"),
    ("gen_ai.usage.input_tokens", "input_tokens"),
    ("gen_ai.usage.output_tokens", "output_tokens"),
    ("gen_ai.usage.total_tokens", "total_tokens"),
    ("gen_ai.usage.cache_read.input_tokens", "cache_read_tokens"),
    ("gen_ai.usage.cache_write.input_tokens", "cache_write_tokens"),
    ("gen_ai.usage.reasoning.output_tokens", "reasoning_tokens"),
    ("gen_ai.request.temperature", "temperature"),
    ("gen_ai.request.top_p", "top_p"),
    ("gen_ai.request.max_tokens", "max_tokens"),
    ("gen_ai.request.reasoning.level", "reasoning_level"),
    ("openai.response.service_tier", "service_tier"),
    ("openai.request.service_tier", "service_tier"),
    ("gen_ai.request.stream", "streaming"),
    ("gen_ai.response.time_to_first_chunk", "time_to_first_token_seconds"),
    ("gen_ai.conversation.id", "conversation_id"),
    ("session.id", "session_id"),
    ("user.id", "user_id"),
    ("enduser.id", "user_id"),
    ("gen_ai.agent.id", "agent_id"),
    ("gen_ai.agent.name", "agent_name"),
    ("gen_ai.agent.version", "agent_version"),
    ("gen_ai.workflow.name", "workflow_name"),
    ("gen_ai.tool.name", "tool_name"),
    ("gen_ai.tool.call.id", "tool_call_id"),
    ("gen_ai.tool.type", "tool_type"),
    ("gen_ai.tool.call.arguments", "tool_arguments"),
    ("gen_ai.tool.call.result", "tool_result"),
    ("gen_ai.input.messages", "input_messages"),
    ("gen_ai.output.messages", "output_messages"),
    ("gen_ai.system_instructions", "system_instructions"),
    ("gen_ai.tool.definitions", "tool_definitions"),
    ("gen_ai.output.type", "output_type"),
    ("gen_ai.embeddings.dimension.count", "embedding_dimensions"),
    ("error.type", "error_type"),
    ("gen_ai.prompt.name", "prompt_name"),
    ("gen_ai.prompt.version", "prompt_version"),
];

/// The type of a column, in SQL's words, and a value for it: as sent, and as PostgreSQL shows it.
fn example(sql_type: &str, number: i32) -> (Value, String) {
    match sql_type {
        "bigint" => (Value::IntValue(number.into()), number.to_string()),
        "double precision" => (Value::DoubleValue(f64::from(number) + 0.5), format!("{number}.5")),
        "boolean" => (Value::BoolValue(true), "true".to_owned()),
        "text" => (Value::StringValue(format!("text {number}")), format!("text {number}")),
        _ => {
            assert_eq!(sql_type, "text[]", "no attribute fills a column of any other type");
            let text = Value::StringValue(format!("item{number}"));
            let values = vec![AnyValue { value: Some(text) }];
            (Value::ArrayValue(ArrayValue { values }), format!("{{item{number}}}"))
        }
    }
}

/// Name and type of each column of `spans`.
async fn types(sql: &tokio_postgres::Client) -> Vec<(String, String)> {
    let query = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
                 WHERE attrelid = 'spans'::regclass AND attnum > 0 AND NOT attisdropped";
    let rows = sql.query(query, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn every_name_fills_its_column() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let sql = database.connect().await;
    let types = types(&sql).await;
    let (mut spans, mut expected) = (Vec::new(), Vec::new());
    for (number, (name, column)) in (1..).zip(NAMES) {
        let (_, sql_type) = types.iter().find(|it| it.0 == *column).expect("the column exists");
        let (value, shown) = example(sql_type, number);
        let number = u64::try_from(number).unwrap();
        spans.push(Span { attributes: vec![attribute(name, value)], ..span(number) });
        expected.push((format!("span {number}"), *column, shown));
    }
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    client.send(request(spans).encode_to_vec().into()).await.unwrap();
    for (span, column, shown) in expected {
        let query = format!("SELECT {column}::text, attributes::text FROM spans WHERE name = $1");
        let row = sql.query_one(&query, &[&span]).await.unwrap();
        assert_eq!(row.get::<_, Option<String>>(0), Some(shown), "{column}");
        assert_eq!(row.get::<_, Option<String>>(1), None, "{column} keeps it alone");
    }
}

#[test]
fn every_column_has_a_name_here() {
    let kept = Column::ALL.into_iter().filter(|it| it.place() == Place::Column);
    let kept = kept.filter(|it| it.kind() != Kind::Money);
    let ours: BTreeSet<_> = kept.map(Column::name).collect();
    assert_eq!(ours, NAMES.iter().map(|it| it.1).collect(), "add it to NAMES in this file");
    assert!(
        NAMES.iter().all(|it| source_of(it.0).is_some_and(|source| source.column.name() == it.1))
    );
}

#[tokio::test]
async fn every_mapped_column_has_the_type_that_is_written() {
    let database = TestDatabase::create_migrated().await;
    let types = types(&database.connect().await).await;
    for column in Column::ALL.into_iter().filter(|it| it.place() == Place::Column) {
        let written = match column.kind() {
            Kind::Text | Kind::Json => "text",
            Kind::TextArray => "text[]",
            Kind::Int => "bigint",
            Kind::Double => "double precision",
            Kind::Bool => "boolean",
            Kind::Money => "numeric(20,10)",
        };
        let found = types.iter().find(|it| it.0 == column.name()).map(|it| it.1.as_str());
        // Binary COPY takes eight bytes for a double whatever they meant.
        assert_eq!(found, Some(written), "{} of spans", column.name());
    }
}

#[tokio::test]
async fn every_column_that_people_query_is_explained() {
    let database = TestDatabase::create_migrated().await;
    let query = "SELECT attrelid::regclass || '.' || attname FROM pg_attribute
                 WHERE attrelid = ANY ('{spans, resources, scopes, log_records, metric_series,
                                         metric_points}'::regclass[])
                   AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL";
    let rows = database.connect().await.query(query, &[]).await.unwrap();
    let silent: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(silent.is_empty(), "no COMMENT tells what these are: {silent:?}");
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_called_by_its_name() {
    let database = TestDatabase::create().await;
    let mut service = Start::into_database(database.url()).ready().await;
    let sql = database.connect().await;
    sql.batch_execute("ALTER TABLE spans RENAME COLUMN operation_name TO mine").await.unwrap();
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let body = || request(vec![span(1)]).encode_to_vec().into();
    let refused = client.send(body()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    let line = service.line_with("a batch failed").await;
    assert!(line.contains("operation_name") && line.contains("(schema)"), "{line}");
    let errors = "storage_copy_errors_total{class=\"schema\"}";
    assert!(service.metric(errors).await.unwrap() >= 1.0);
    let (_, health) = service.health().await;
    assert_ne!(health["status"], "healthy", "{health}");
    assert!(health.to_string().contains("operation_name"), "{health}");

    // Put right, it goes on by itself.
    sql.batch_execute("ALTER TABLE spans RENAME COLUMN mine TO operation_name").await.unwrap();
    until("it goes on", async || client.clone().send(body()).await.is_ok()).await;
    until("it is healthy", async || service.health().await.1["status"] == "healthy").await;
}
