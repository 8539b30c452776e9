//! Several spans that tell of one call are one row, and those of several calls are several
//! (`docs/LLM_CALLS.md`).

use std::collections::BTreeMap;

use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, now, request};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// What is sent of a span.
#[derive(Clone, Copy)]
struct Told {
    scope: &'static str,
    service: &'static str,
    operation: &'static str,
    model: &'static str,
    trace: u8,
    id: u8,
    /// The parent's id; 0 for none.
    above: u8,
    /// From its start to its end, in milliseconds.
    lasts: (u64, u64),
    /// The response's id; empty when it is not sent.
    answer: &'static str,
    /// Output tokens; 0 when they are not sent.
    tokens: i64,
}

const CALL: Told = Told {
    scope: "instrumentation",
    service: "shop",
    operation: "chat",
    model: "model",
    trace: 1,
    id: 1,
    above: 0,
    lasts: (0, 1000),
    answer: "",
    tokens: 0,
};
const SDK: Told = Told { scope: "com.anthropic.sdk.python", id: 2, lasts: (10, 990), ..CALL };

struct Case {
    what: &'static str,
    told: Vec<Told>,
    /// The spans that are rows, with their output tokens.
    rows: Vec<(u8, Option<i64>)>,
}

fn case(what: &'static str, told: &[Told], rows: &[(u8, Option<i64>)]) -> Case {
    Case { what, told: told.to_vec(), rows: rows.to_vec() }
}

fn of_the_same_answer() -> Vec<Case> {
    let outer = Told { answer: "a", tokens: 7, ..CALL };
    let inner = Told { scope: "another", id: 2, lasts: (10, 990), ..outer };
    vec![
        case(
            "two instrumentations, each in a trace of its own",
            &[outer, Told { trace: 2, ..inner }],
            &[(1, Some(7))],
        ),
        case(
            "the outer one does not know the tokens",
            &[Told { tokens: 0, ..outer }, Told { above: 1, ..inner }],
            &[(2, Some(7))],
        ),
        case(
            "an application and its gateway, a span between them",
            &[outer, Told { service: "gateway", scope: CALL.scope, above: 9, ..inner }],
            &[(1, Some(7))],
        ),
        case(
            "three tell it",
            &[outer, inner, Told { scope: "third", id: 3, lasts: (20, 900), ..outer }],
            &[(1, Some(7))],
        ),
        case(
            "a test double answers one instrumentation with a constant",
            &[outer, Told { id: 2, lasts: (10, 990), ..outer }],
            &[(1, Some(7)), (2, Some(7))],
        ),
        case(
            "a cache answers again, later",
            &[outer, Told { lasts: (2000, 3000), ..inner }],
            &[(1, Some(7)), (2, Some(7))],
        ),
    ]
}

fn of_the_same_work() -> Vec<Case> {
    let outer = Told { tokens: 7, ..CALL };
    let inner = Told { id: 2, above: 1, lasts: (10, 990), ..outer };
    vec![
        case("a framework and its client", &[outer, inner], &[(2, Some(7))]),
        case(
            "the client knows the response's id",
            &[outer, Told { answer: "b", ..inner }],
            &[(2, Some(7))],
        ),
        case("the framework does", &[Told { answer: "c", ..outer }, inner], &[(1, Some(7))]),
        case(
            "a loop sums its calls",
            &[
                Told { tokens: 14, ..outer },
                Told { lasts: (10, 400), ..inner },
                Told { id: 3, lasts: (500, 990), ..inner },
            ],
            &[(2, Some(7)), (3, Some(7))],
        ),
        case(
            "a call in a call of another model",
            &[outer, Told { model: "other", ..inner }],
            &[(1, Some(7)), (2, Some(7))],
        ),
        case(
            "embeddings in a call",
            &[outer, Told { operation: "embeddings", ..inner }],
            &[(1, Some(7)), (2, Some(7))],
        ),
        case(
            "an agent above, the sum of its calls",
            &[Told { operation: "invoke_agent", tokens: 14, ..outer }, inner],
            &[(2, Some(7))],
        ),
        case(
            "siblings",
            &[Told { id: 3, above: 9, ..outer }, Told { above: 9, ..inner }],
            &[(2, Some(7)), (3, Some(7))],
        ),
    ]
}

fn of_the_providers_sdk() -> Vec<Case> {
    let counted = Told { answer: "d", tokens: 8, ..CALL };
    let told = Told { answer: "d", tokens: 7, ..SDK };
    vec![
        case("nothing else tells it", &[Told { answer: "e", ..told }], &[(2, Some(7))]),
        case(
            "its child: the SDK knows best",
            &[counted, Told { above: 1, ..told }],
            &[(1, Some(7))],
        ),
        case("in another trace", &[counted, Told { trace: 2, ..told }], &[(1, Some(7))]),
        case(
            "its child, the instrumentation does not know the id",
            &[Told { answer: "", ..counted }, Told { above: 1, ..told }],
            &[(1, Some(7))],
        ),
        case("refused, in another trace", &[CALL, Told { trace: 2, ..SDK }], &[(1, None)]),
        case(
            "refused, of another service",
            &[CALL, Told { service: "other", trace: 2, ..SDK }],
            &[(1, None), (2, None)],
        ),
        case(
            "refused, of another model",
            &[CALL, Told { model: "other", trace: 2, ..SDK }],
            &[(1, None), (2, None)],
        ),
        case(
            "another answer at the same time",
            &[Told { answer: "f", ..counted }, Told { answer: "g", trace: 2, ..told }],
            &[(1, Some(8)), (2, Some(7))],
        ),
        case(
            "two instrumentations and the SDK",
            &[
                counted,
                Told { scope: "another", id: 3, lasts: (5, 995), ..counted },
                Told { above: 3, ..told },
            ],
            &[(1, Some(7))],
        ),
    ]
}

fn cases() -> Vec<Case> {
    [of_the_same_answer(), of_the_same_work(), of_the_providers_sdk()]
        .into_iter()
        .flatten()
        .collect()
}

fn text(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

/// The span as a request of its own. Cases share neither ids nor services.
fn sent(told: &Told, case: u8, start: u64) -> ExportTraceServiceRequest {
    let mut attributes = vec![
        attribute("gen_ai.operation.name", text(told.operation)),
        attribute("gen_ai.request.model", text(told.model)),
        attribute("gen_ai.conversation.id", text(&case.to_string())),
    ];
    if !told.answer.is_empty() {
        attributes.push(attribute("gen_ai.response.id", text(&format!("{case} {}", told.answer))));
    }
    if told.tokens > 0 {
        attributes.push(attribute("gen_ai.usage.output_tokens", Value::IntValue(told.tokens)));
    }
    let id = |it: u8| vec![1, 1, 1, 1, 1, 1, case, it];
    let span = Span {
        trace_id: [id(told.trace), id(told.trace)].concat(),
        span_id: id(told.id),
        parent_span_id: if told.above == 0 { Vec::new() } else { id(told.above) },
        start_time_unix_nano: start + told.lasts.0 * 1_000_000,
        end_time_unix_nano: start + told.lasts.1 * 1_000_000,
        attributes,
        ..Span::default()
    };
    let mut request = request(vec![span]);
    let name = attribute("service.name", text(&format!("{case} {}", told.service)));
    let group = &mut request.resource_spans[0];
    group.resource = Some(Resource { attributes: vec![name], ..Resource::default() });
    group.scope_spans[0].scope = Some(InstrumentationScope {
        name: told.scope.to_owned(),
        ..InstrumentationScope::default()
    });
    request
}

#[tokio::test]
async fn a_call_is_one_row_however_many_spans_tell_of_it_and_whichever_comes_first() {
    for reversed in [false, true] {
        let database = TestDatabase::create().await;
        let service = Start::into_database(database.url()).ready().await;
        let mut client = GrpcClient::connect(service.address("grpc")).await;
        let start = now() - 10_000_000_000;
        let mut requests: Vec<_> = (0..)
            .zip(&cases())
            .flat_map(|(number, case)| case.told.iter().map(move |it| (number, *it)))
            .map(|(number, told)| sent(&told, number, start))
            .collect();
        if reversed {
            requests.reverse();
        }
        for request in requests {
            client.send(request.encode_to_vec().into()).await.unwrap();
        }
        every_case_has_its_rows(&database, if reversed { "reversed" } else { "in order" }).await;
        database.remove().await;
    }
}

async fn every_case_has_its_rows(database: &TestDatabase, order: &str) {
    let sql = database.connect().await;
    let query = "SELECT span_id, output_tokens FROM llm_calls ORDER BY span_id";
    let mut found: BTreeMap<usize, Vec<(u8, Option<i64>)>> = BTreeMap::new();
    for row in sql.query(query, &[]).await.unwrap() {
        let id = u64::from_str_radix(row.get(0), 16).unwrap().to_be_bytes();
        found.entry(usize::from(id[6])).or_default().push((id[7], row.get(1)));
    }
    for (number, case) in cases().iter().enumerate() {
        let found = found.get(&number).cloned().unwrap_or_default();
        assert_eq!(found, case.rows, "{}, {order}", case.what);
    }
    // The other views sum these rows.
    let rows: Vec<_> = cases().into_iter().flat_map(|it| it.rows).collect();
    let calls = i64::try_from(rows.len()).unwrap();
    let tokens: i64 = rows.iter().filter_map(|it| it.1).sum();
    for view in ["llm_usage_hourly", "traces", "conversations"] {
        let query = format!("SELECT sum(calls)::bigint, sum(output_tokens)::bigint FROM {view}");
        let sums = sql.query_one(&query, &[]).await.unwrap();
        assert_eq!((sums.get(0), sums.get(1)), (calls, tokens), "{view}, {order}");
    }
}
