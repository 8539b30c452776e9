//! Sends a capture and compares the rows.

use std::collections::BTreeMap;

use bytes::Bytes;
use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::GrpcClient;
use observatory_tests::service::Start;
use serde_json::{Value as Json, json};
use tokio_postgres::{Client, Row};

use crate::capture::requests;
use crate::messages::Said;
use crate::truth::{Fact, facts};

/// In the order of arrival and in the reverse: what belongs together comes whichever first.
pub(crate) async fn every_call_is_a_row_that_says_what_the_provider_answered(name: &str) {
    let (calls, facts) = facts(name);
    for reversed in [false, true] {
        let database = TestDatabase::create().await;
        let mut requests = requests(name);
        if reversed {
            requests.reverse();
        }
        send(&database, name, requests).await;
        let sql = database.connect().await;
        let rows = rows(&sql).await;
        assert_eq!(rows.len(), calls, "{name}, reversed: {reversed}");
        let wrong: Vec<_> = facts.iter().filter_map(|it| wrong(it, &rows[it.call])).collect();
        assert!(wrong.is_empty(), "{name}, reversed: {reversed}\n{}", wrong.join("\n"));
        sums(&sql, &rows, name).await;
        database.remove().await;
    }
}

async fn send(database: &TestDatabase, name: &str, requests: Vec<(Signal, Bytes)>) {
    // A capture grows old.
    let service =
        Start::into_database(database.url()).set("INGEST_MAX_AGE", "36500d").ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    for (signal, body) in requests {
        let answer = client.send_as(signal, body).await.unwrap();
        assert!(answer.is_empty(), "{name}: something was refused of {}", signal.name());
    }
}

/// The calls, by their start: they were made one after the other.
async fn rows(sql: &Client) -> Vec<BTreeMap<&'static str, Json>> {
    let query = "SELECT * FROM llm_calls ORDER BY start_time";
    sql.query(query, &[]).await.unwrap().iter().map(row).collect()
}

fn row(row: &Row) -> BTreeMap<&'static str, Json> {
    let text = |column: &str| row.get::<_, Option<String>>(column);
    let mut input = Said::default();
    input.read(text("system_instructions").as_deref(), "system");
    input.read(text("input_messages").as_deref(), "user");
    let mut output = Said::default();
    output.read(text("output_messages").as_deref(), "assistant");
    let mut facts = BTreeMap::from([
        ("operation", json!(text("operation_name"))),
        ("provider", json!(text("provider_name"))),
        (
            "finish_reasons",
            json!(row.get::<_, Option<Vec<String>>>("finish_reasons").unwrap_or_default()),
        ),
        ("streaming", json!(row.get::<_, Option<bool>>("streaming"))),
        ("http_status", json!(text("http_status").map(|it| it.parse::<u16>().unwrap()))),
        ("failed", json!(row.get::<_, bool>("failed"))),
        ("output_text", json!(output.text_of("assistant"))),
        ("tool_calls", json!(output.tools)),
        ("input", json!(input.texts)),
    ]);
    for name in ["request_model", "response_model", "response_id"] {
        facts.insert(name, json!(text(name)));
    }
    for name in TOKENS {
        facts.insert(name, json!(row.get::<_, Option<i64>>(name)));
    }
    facts
}

const TOKENS: [&str; 5] = [
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
];

/// What is wrong with the fact, if anything.
fn wrong(fact: &Fact, row: &BTreeMap<&'static str, Json>) -> Option<String> {
    let Fact { call, field, may_be } = fact;
    let shown = match field.as_str() {
        // A message among others.
        "system_text" | "user_text" => said(field, row, may_be),
        field => row[field].clone(),
    };
    let right = may_be.contains(&shown);
    (!right).then(|| format!("call {call}: {field} is {shown}, may be {}", json!(may_be)))
}

/// The text of a role that is looked for, where it is said; else all that is.
fn said(field: &str, row: &BTreeMap<&'static str, Json>, may_be: &[Json]) -> Json {
    let texts: Vec<(String, String)> = serde_json::from_value(row["input"].clone()).unwrap();
    let said = Said { texts, tools: Vec::new() };
    let role = if field == "user_text" { "user" } else { "system" };
    let found = may_be.iter().filter_map(Json::as_str).find(|it| said.says(role, it));
    found.map_or_else(|| json!(said.text_of(role)), |it| json!(it))
}

/// The hours' sums are the rows'.
async fn sums(sql: &Client, rows: &[BTreeMap<&'static str, Json>], name: &str) {
    let sums = TOKENS.map(|it| format!("sum({it})::bigint")).join(", ");
    let query =
        format!("SELECT {sums}, sum(calls)::bigint, sum(errors)::bigint FROM llm_usage_hourly");
    let hours = sql.query_one(&query, &[]).await.unwrap();
    for (index, field) in TOKENS.into_iter().enumerate() {
        let told: Vec<_> = rows.iter().filter_map(|it| it[field].as_i64()).collect();
        let expected = (!told.is_empty()).then(|| told.iter().sum::<i64>());
        assert_eq!(hours.get::<_, Option<i64>>(index), expected, "{name}: {field}");
    }
    let failed = rows.iter().filter(|it| it["failed"] == true).count();
    assert_eq!(hours.get::<_, i64>(5), i64::try_from(rows.len()).unwrap(), "{name}");
    assert_eq!(hours.get::<_, i64>(6), i64::try_from(failed).unwrap(), "{name}");
}
