//! One call, told in five dialects: the same row of `llm_calls`.

use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, request, span};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

fn text(it: &str) -> Value {
    Value::StringValue(it.to_owned())
}

/// A call of `gpt-4o` with 100 input tokens, 40 of them from the cache, and 7 output tokens.
fn dialects() -> Vec<Vec<(&'static str, Value)>> {
    let int = Value::IntValue;
    let current = vec![
        ("gen_ai.operation.name", text("chat")),
        ("gen_ai.provider.name", text("openai")),
        ("gen_ai.request.model", text("gpt-4o")),
        ("gen_ai.usage.input_tokens", int(100)),
        ("gen_ai.usage.output_tokens", int(7)),
        ("gen_ai.usage.cache_read.input_tokens", int(40)),
        ("gen_ai.request.seed", int(5)),
        ("gen_ai.usage.cost.amount", Value::DoubleValue(0.0125)),
    ];
    let open_inference = vec![
        ("openinference.span.kind", text("LLM")),
        ("llm.system", text("OpenAI")),
        ("llm.model_name", text("gpt-4o-2024-08-06")),
        ("llm.invocation_parameters", text(r#"{"model": "gpt-4o", "seed": 5}"#)),
        ("llm.token_count.prompt", int(100)),
        ("llm.token_count.completion", int(7)),
        ("llm.token_count.prompt_details.cache_read", int(40)),
        ("llm.cost.total", Value::DoubleValue(0.0125)),
    ];
    let open_llmetry = vec![
        ("llm.request.type", text("chat")),
        ("gen_ai.system", text("OpenAI")),
        ("gen_ai.request.model", text("gpt-4o")),
        ("gen_ai.usage.prompt_tokens", int(100)),
        ("gen_ai.usage.completion_tokens", int(7)),
        ("gen_ai.usage.cache_read_input_tokens", int(40)),
        ("gen_ai.openai.request.seed", int(5)),
        ("gen_ai.usage.cost", Value::DoubleValue(0.0125)),
    ];
    let vercel = vec![
        ("ai.operationId", text("ai.streamText.doStream")),
        ("ai.model.provider", text("openai.chat")),
        ("ai.model.id", text("gpt-4o")),
        ("ai.usage.inputTokens", int(100)),
        ("ai.usage.outputTokens", int(7)),
        ("ai.usage.cachedInputTokens", int(40)),
        ("ai.settings.seed", int(5)),
        ("operation.cost", Value::DoubleValue(0.0125)),
    ];
    let langfuse = vec![
        ("langfuse.observation.type", text("generation")),
        ("gen_ai.system", text("openai")),
        ("langfuse.observation.model.name", text("gpt-4o")),
        ("langfuse.observation.model.parameters", text(r#"{"seed": "5"}"#)),
        (
            "langfuse.observation.usage_details",
            text(r#"{"input": 60, "input_cached_tokens": 40, "output": 7, "total": 107}"#),
        ),
        ("langfuse.observation.cost_details", text(r#"{"total": 0.0125}"#)),
    ];
    vec![current, open_inference, open_llmetry, vercel, langfuse]
}

#[tokio::test]
async fn a_call_is_the_same_row_in_every_dialect() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let spans = (1..).zip(dialects()).map(|(number, attributes)| Span {
        attributes: attributes.into_iter().map(|(key, value)| attribute(key, value)).collect(),
        ..span(number)
    });
    // An agent that repeats the totals of the calls in it is no call.
    let totals = vec![
        attribute("gen_ai.operation.name", text("invoke_agent")),
        attribute("gen_ai.request.model", text("gpt-4o")),
        attribute("gen_ai.usage.input_tokens", Value::IntValue(500)),
    ];
    let agent = Span { attributes: totals, ..span(99) };
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let body = request(spans.chain([agent]).collect()).encode_to_vec();
    client.send(body.into()).await.unwrap();
    let query = "SELECT operation_name, provider_name, request_model, input_tokens, output_tokens,
                        cache_read_tokens, call_kind, reported_cost_usd::text,
                        request_parameters ->> 'seed'
                 FROM llm_calls";
    let rows = database.connect().await.query(query, &[]).await.unwrap();
    assert_eq!(rows.len(), dialects().len());
    for row in rows {
        let texts = [0, 1, 2, 6, 7, 8].map(|it| row.get::<_, Option<String>>(it).unwrap());
        assert_eq!(texts, ["chat", "openai", "gpt-4o", "inference", "0.0125000000", "5"]);
        let tokens = [3, 4, 5].map(|it| row.get::<_, Option<i64>>(it).unwrap());
        assert_eq!(tokens, [100, 7, 40]);
    }
}

#[tokio::test]
async fn costs_are_rounded_to_ten_digits_and_what_is_no_sum_of_money_is_none() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let sums = [
        (0.0, Some("0.0000000000")),
        (-0.0, Some("0.0000000000")),
        (-1.5, Some("-1.5000000000")),
        (1e-10, Some("0.0000000001")),
        (-4e-11, Some("0.0000000000")),
        (12_345.678_901_234_5, Some("12345.6789012345")),
        (9_999_999_998.5, Some("9999999998.5000000000")),
        (9_999_999_999.5, None),
        (1e300, None),
        (f64::NAN, None),
        (f64::NEG_INFINITY, None),
    ];
    let spans = (1..).zip(sums).map(|(number, (sum, _))| Span {
        attributes: vec![attribute("gen_ai.usage.cost", Value::DoubleValue(sum))],
        ..span(number)
    });
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    client.send(request(spans.collect()).encode_to_vec().into()).await.unwrap();
    let sql = database.connect().await;
    for (number, (sum, shown)) in (1..).zip(sums) {
        let query = "SELECT reported_cost_usd::text FROM spans WHERE name = $1";
        let row = sql.query_one(query, &[&format!("span {number}")]).await.unwrap();
        assert_eq!(row.get::<_, Option<String>>(0).as_deref(), shown, "{sum}");
    }
}
