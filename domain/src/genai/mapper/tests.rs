use proptest::prelude::*;

use super::super::name_of;
use super::super::names::SOURCES;
use super::*;
use crate::record::example::SPAN;
use crate::record::{EventView, StatusView};
use crate::time::UnixNanos;

fn attribute<'a>(key: &'a str, value: Value<'a>) -> Attribute<'a> {
    Attribute { key, value }
}

/// It began when `example`'s times are for.
fn span<'a>(attributes: &'a [Attribute<'a>]) -> SpanView<'a> {
    SpanView { start: UnixNanos(1_700_000_000_000_000_000), attributes, ..SPAN }
}

fn mapped(attributes: &[Attribute<'_>]) -> Mapper {
    let mut mapper = Mapper::default();
    mapper.map(&span(attributes));
    mapper
}

/// The text that one attribute, or several, make in a column.
fn shown(column: Column, attributes: &[Attribute<'_>]) -> String {
    format!("{:?}", mapped(attributes).cell(column, attributes))
}

/// Texts as attributes.
fn texts<const N: usize>(pairs: [(&'static str, &'static str); N]) -> [Attribute<'static>; N] {
    pairs.map(|(key, text)| attribute(key, Value::Str(text)))
}

#[test]
fn an_attribute_whose_column_keeps_it_unchanged_leaves_the_remainder() {
    let attributes = [
        attribute("gen_ai.request.model", Value::Str("gpt-4o")),
        attribute("http.method", Value::Str("POST")),
        attribute("gen_ai.usage.input_tokens", Value::Int(12)),
    ];
    let mapper = mapped(&attributes);
    assert_eq!(mapper.remainder(), [1]);
    assert_eq!(mapper.cell(Column::RequestModel, &attributes), Cell::Text("gpt-4o"));
    assert_eq!(mapper.cell(Column::InputTokens, &attributes), Cell::Int(12));
    assert_eq!(mapper.promoted().iter().map(|it| it.source).collect::<Vec<_>>(), [3, 7]);
}

#[test]
fn a_value_of_another_kind_informs_its_column_and_stays_an_attribute() {
    let attributes = [
        attribute("gen_ai.request.temperature", Value::Int(1)),
        attribute("gen_ai.request.max_tokens", Value::Double(256.0)),
        attribute("gen_ai.response.finish_reasons", Value::Str("stop")),
        attribute("gen_ai.request.model", Value::Str("nul\0")),
        attribute("gen_ai.request.top_p", Value::Str("high")),
    ];
    let mapper = mapped(&attributes);
    assert_eq!(mapper.remainder(), [0, 1, 2, 3, 4]);
    assert!(mapper.promoted().is_empty());
    assert_eq!(mapper.cell(Column::Temperature, &attributes), Cell::Double(1.0));
    assert_eq!(mapper.cell(Column::MaxTokens, &attributes), Cell::Int(256));
    let stop = ["stop".to_owned()];
    assert_eq!(mapper.cell(Column::FinishReasons, &attributes), Cell::Strings(&stop));
    assert_eq!(mapper.cell(Column::TopP, &attributes), Cell::Null);
}

#[test]
fn the_lower_rank_wins_whichever_comes_first() {
    let new = attribute("openai.response.service_tier", Value::Str("default"));
    let old = attribute("openai.request.service_tier", Value::Str("auto"));
    for attributes in [[new, old], [old, new]] {
        let mapper = mapped(&attributes);
        assert_eq!(mapper.cell(Column::ServiceTier, &attributes), Cell::Text("default"));
        assert_eq!(mapper.remainder().len(), 1);
        let left = attributes[usize::try_from(mapper.remainder()[0]).unwrap()];
        assert_eq!(left, old);
    }
}

#[test]
fn a_repeated_name_is_noticed_whether_or_not_its_values_fit() {
    let once = attribute("gen_ai.usage.input_tokens", Value::Int(1));
    let unfit = attribute("gen_ai.usage.input_tokens", Value::Str("1"));
    assert!(!mapped(&[once]).repeats());
    assert!(mapped(&[once, once]).repeats() && mapped(&[unfit, once]).repeats());
}

#[test]
fn messages_are_kept_as_text_or_as_json() {
    let parts = [Value::Str("hello")];
    let attributes = [
        attribute("gen_ai.input.messages", Value::Str("[]")),
        attribute("gen_ai.output.messages", Value::List(&parts)),
    ];
    let mapper = mapped(&attributes);
    assert!(mapper.remainder().is_empty());
    assert_eq!(mapper.cell(Column::InputMessages, &attributes), Cell::Text("[]"));
    assert_eq!(mapper.cell(Column::OutputMessages, &attributes), Cell::Json(Value::List(&parts)));
    assert!(mapper.promoted()[1].structured && !mapper.promoted()[0].structured);
}

#[test]
fn every_name_alone_fills_every_column_that_it_is_for() {
    for source in SOURCES {
        for it in source.also.iter().chain([&source.first()]) {
            let mut attributes = vec![attribute(source.name, example(*it))];
            match it.form {
                Form::OfTools => {
                    attributes.push(attribute("openinference.span.kind", Value::Str("TOOL")));
                }
                Form::OfAgents => {
                    attributes.push(attribute("openinference.span.kind", Value::Str("AGENT")));
                }
                Form::OfCalls | Form::IdOfAnswer => {
                    attributes.push(attribute("openinference.span.kind", Value::Str("LLM")));
                }
                _ => {}
            }
            let mut view = span(&attributes);
            view.name = "claude_code.llm_request";
            let mut mapper = Mapper::default();
            mapper.map(&view);
            let cell = mapper.cell(it.column, &attributes);
            assert_ne!(cell, Cell::Null, "{} fills {:?}", source.name, it.column);
        }
    }
}

#[test]
fn the_better_of_two_neighbours_wins_whichever_comes_first() {
    let uses = SOURCES.iter().flat_map(|source| {
        source.also.iter().copied().chain([source.first()]).map(move |it| (source, it))
    });
    let mut uses: Vec<_> = uses.filter(|(_, it)| !it.form.waits()).collect();
    uses.sort_by_key(|(_, it)| (it.column, it.rank));
    for pair in uses.windows(2) {
        let [(better, first), (worse, second)] = pair else { panic!("of two") };
        if first.column != second.column {
            continue;
        }
        let [one, two] = [(better, first), (worse, second)]
            .map(|(source, it)| attribute(source.name, example(*it)));
        let view = |attributes: &[Attribute<'_>]| {
            let mut view = span(attributes);
            view.name = "claude_code.llm_request";
            let mut mapper = Mapper::default();
            mapper.map(&view);
            mapper.choice(first.column).unwrap().rank
        };
        assert_eq!(view(&[one, two]), first.rank, "{} before {}", better.name, worse.name);
        assert_eq!(view(&[two, one]), first.rank, "{} before {}", better.name, worse.name);
    }
}

/// A valid value.
fn example(it: Use) -> Value<'static> {
    const TEXTS: &[Value<'_>] = &[Value::Str("a")];
    match (it.form, it.column.kind()) {
        (Form::Operation, _) => Value::Str("LLM"),
        (Form::NamesStream, _) => Value::Str("ai.streamText.doStream"),
        (Form::Millis, _) => Value::Int(5),
        (Form::SinceStart, _) => Value::Str("\"2023-11-14T22:13:21.5Z\""),
        (Form::Length, _) => Value::Str("[0.1,0.2]"),
        (Form::ErrorLevel, _) => Value::Str("ERROR"),
        (Form::Quoted, _) => Value::Str(r#""stop""#),
        (Form::IdOfAnswer, _) => Value::Str(r#"{"id": "resp_1"}"#),
        (_, super::super::Kind::Text | super::super::Kind::Json) => Value::Str("text"),
        (_, super::super::Kind::TextArray) => Value::List(TEXTS),
        (_, super::super::Kind::Int) => Value::Int(7),
        (_, super::super::Kind::Double | super::super::Kind::Money) => Value::Double(0.5),
        (_, super::super::Kind::Bool) => Value::Bool(true),
    }
}

#[test]
fn words_and_numbers_of_other_dialects_are_read() {
    let cases = [
        (Column::OperationName, "openinference.span.kind", "EMBEDDING", "Text(\"embeddings\")"),
        (Column::OperationName, "traceloop.span.kind", "unknown", "Null"),
        (Column::ProviderName, "gen_ai.system", "az.ai.openai", "Text(\"azure.ai.openai\")"),
        (Column::ProviderName, "gen_ai.system", "acme", "Text(\"acme\")"),
        (Column::ProviderName, "ai.model.provider", "openai.chat", "Text(\"openai\")"),
        (Column::Streaming, "llm.is_streaming", "False", "Bool(false)"),
        (Column::Streaming, "ai.operationId", "ai.embed.doEmbed", "Bool(false)"),
        (Column::FinishReasons, "llm.response.finish_reason", "[\"stop\"]", "Strings([\"stop\"])"),
        (Column::MaxTokens, "gen_ai.request.max_tokens", "Infinity", "Null"),
        (Column::InputTokens, "gen_ai.usage.input_tokens", "12", "Int(12)"),
        (Column::TimeToFirstToken, "ai.response.msToFirstChunk", "250", "Double(0.25)"),
        (
            Column::TimeToFirstToken,
            "langfuse.observation.completion_start_time",
            "\"2023-11-14T22:13:20.250Z\"",
            "Double(0.25)",
        ),
        (Column::EmbeddingDimensions, "ai.embedding", "[1,2,3]", "Int(3)"),
        (Column::ErrorType, "langfuse.observation.level", "DEFAULT", "Null"),
        (Column::OutputType, "gen_ai.request.structured_output_schema", "{}", "Text(\"json\")"),
        (Column::RequestModel, "model", "not Claude Code's", "Null"),
        (Column::RequestModel, "gen_ai.request.model", "", "Null"),
    ];
    for (column, key, sent, expected) in cases {
        let attributes = [attribute(key, Value::Str(sent))];
        assert_eq!(shown(column, &attributes), expected, "{key} = {sent}");
    }
}

#[test]
fn an_empty_text_leaves_its_column_to_the_next_source() {
    let attributes = texts([("gen_ai.request.model", ""), ("ai.model.id", "gpt-4o")]);
    assert_eq!(shown(Column::RequestModel, &attributes), "Text(\"gpt-4o\")");
    assert_eq!(mapped(&attributes).remainder(), [0]);
}

#[test]
fn one_attribute_may_inform_two_columns() {
    let attributes = texts([("session.id", "s")]);
    let mapper = mapped(&attributes);
    assert_eq!(mapper.cell(Column::SessionId, &attributes), Cell::Text("s"));
    assert_eq!(mapper.cell(Column::ConversationId, &attributes), Cell::Text("s"));
    assert!(mapper.remainder().is_empty(), "its first column keeps it");
}

#[test]
fn a_tools_input_is_its_arguments() {
    let tool = texts([("input.value", "{}"), ("openinference.span.kind", "TOOL")]);
    assert_eq!(shown(Column::ToolArguments, &tool), "Text(\"{}\")");
    assert_eq!(shown(Column::InputMessages, &tool), "Null");
    let chat = texts([("input.value", "{}"), ("openinference.span.kind", "LLM")]);
    assert_eq!(shown(Column::ToolArguments, &chat), "Null");
    assert_eq!(shown(Column::InputMessages, &chat), "Text(\"{}\")");
    let named = texts([("traceloop.entity.name", "x"), ("traceloop.span.kind", "agent")]);
    assert_eq!(shown(Column::AgentName, &named), "Text(\"x\")");
    assert_eq!(shown(Column::ToolName, &named), "Null");
}

#[test]
fn flattened_messages_come_before_a_generic_input() {
    let attributes = texts([
        ("input.value", "raw"),
        ("llm.input_messages.0.message.role", "user"),
        ("output.value", "raw"),
    ]);
    assert_eq!(shown(Column::InputMessages, &attributes), "Null");
    assert_eq!(shown(Column::OutputMessages, &attributes), "Text(\"raw\")");
}

#[test]
fn facts_packed_into_one_text_are_found() {
    let attributes = texts([(
        "llm.invocation_parameters",
        r#"{"model": "gpt-4o", "temperature": 1, "stop": ["x"], "seed": 7, "stream": true}"#,
    )]);
    assert_eq!(shown(Column::RequestModel, &attributes), "Text(\"gpt-4o\")");
    assert_eq!(shown(Column::Temperature, &attributes), "Double(1.0)");
    assert_eq!(shown(Column::StopSequences, &attributes), "Strings([\"x\"])");
    assert_eq!(shown(Column::Seed, &attributes), "Int(7)");
    assert_eq!(shown(Column::Streaming, &attributes), "Bool(true)");
    assert_eq!(mapped(&attributes).remainder(), [0]);
}

#[test]
fn an_answers_id_is_its_first_member_and_a_tools_result_has_none() {
    let answered = |kind, answer| {
        shown(
            Column::ResponseId,
            &texts([("output.value", answer), ("openinference.span.kind", kind)]),
        )
    };
    assert_eq!(answered("LLM", r#" { "id" : "msg_1", "model": "m"}"#), "Text(\"msg_1\")");
    for none in
        ["", "{", "text", r#"{"id": 5}"#, r#"{"id": ""}"#, r#"{"id":"a\"b"}"#, r#"{"model":"id"}"#]
    {
        assert_eq!(answered("LLM", none), "Null", "{none}");
    }
    assert_eq!(answered("TOOL", r#"{"id":"msg_1"}"#), "Null");
    assert_eq!(answered("CHAIN", r#"{"id":"msg_1"}"#), "Null");
    let both = texts([("output.value", r#"{"id":"a"}"#), ("gen_ai.response.id", "b")]);
    assert_eq!(shown(Column::ResponseId, &both), "Text(\"b\")");
}

#[test]
fn langfuses_hints_tell_of_streams_and_reasons() {
    let hints = texts([
        ("langfuse.observation.completion_start_time", "\"2023-11-14T22:13:21Z\""),
        ("langfuse.observation.metadata.finish_reason", "\"stop\""),
    ]);
    assert_eq!(shown(Column::Streaming, &hints), "Bool(true)");
    assert_eq!(shown(Column::TimeToFirstToken, &hints), "Double(1.0)");
    assert_eq!(shown(Column::FinishReasons, &hints), "Strings([\"stop\"])");
}

#[test]
fn a_span_without_attributes_is_told_by_its_name() {
    let view = SpanView { name: "chat claude-sonnet-4-5", ..span(&[]) };
    let mut scope = *view.scope;
    scope.name = "openlit.instrumentation.anthropic";
    let mut mapper = Mapper::default();
    mapper.map(&SpanView { scope: &scope, ..view });
    assert_eq!(mapper.cell(Column::ProviderName, &[]), Cell::Text("anthropic"));
    assert_eq!(mapper.cell(Column::RequestModel, &[]), Cell::Text("claude-sonnet-4-5"));
    assert_eq!(mapper.call(), Some(CallKind::Inference));
    assert_eq!(mapper.emitter(), Some(Emitter::Instrumentation));
    mapper.map(&view);
    assert_eq!((mapper.call(), mapper.emitter()), (None, None));
}

#[test]
fn the_model_that_langfuse_names_is_the_one_that_answered_unless_none_did() {
    let attributes = texts([
        ("langfuse.observation.type", "generation"),
        ("langfuse.observation.model.name", "gpt-4o-2024-08-06"),
    ]);
    let failed = StatusView { code: 2, message: "" };
    for (name, status, answered) in [
        ("OpenAI-generation", None, Cell::Text("gpt-4o-2024-08-06")),
        ("OpenAI-generation", Some(failed), Cell::Null),
        ("answer", None, Cell::Null),
    ] {
        let view = SpanView { name, status, ..span(&attributes) };
        let mut scope = *view.scope;
        scope.name = "langfuse-sdk";
        let mut mapper = Mapper::default();
        mapper.map(&SpanView { scope: &scope, ..view });
        assert_eq!(mapper.cell(Column::ResponseModel, &attributes), answered, "{name}");
    }
}

#[test]
fn finish_reasons_are_found_in_messages_and_events() {
    let flat = texts([
        ("gen_ai.completion.0.finish_reason", "stop"),
        ("gen_ai.completion.1.finish_reason", "length"),
    ]);
    assert_eq!(shown(Column::FinishReasons, &flat), "Strings([\"stop\", \"length\"])");
    let json = texts([("gen_ai.output.messages", r#"[{"finish_reason": "stop"}]"#)]);
    assert_eq!(shown(Column::FinishReasons, &json), "Strings([\"stop\"])");
    let reason = [attribute("finish_reason", Value::Str("stop"))];
    let kind = [attribute("exception.type", Value::Str("Timeout"))];
    let events = [
        EventView { name: "gen_ai.choice", attributes: &reason, ..EventView::default() },
        EventView { name: "exception", attributes: &kind, ..EventView::default() },
    ];
    let mut mapper = Mapper::default();
    mapper.map(&SpanView { events: &events, ..span(&[]) });
    let stop = ["stop".to_owned()];
    assert_eq!(mapper.cell(Column::FinishReasons, &[]), Cell::Strings(&stop));
    assert_eq!(mapper.cell(Column::ErrorType, &[]), Cell::Text("Timeout"));
}

#[test]
fn langfuses_usage_adds_up_and_the_raw_one_in_it_does_not() {
    let own = texts([(
        "langfuse.observation.usage_details",
        r#"{"input": 10, "cache_read_input_tokens": 4, "output": 5}"#,
    )]);
    assert_eq!(mapped(&own).usage().input, Some(14));
    let raw = texts([(
        "langfuse.observation.usage_details",
        r#"{"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4}}"#,
    )]);
    assert_eq!(mapped(&raw).usage().input, Some(10));
}

proptest! {
    #[test]
    fn every_attribute_is_either_promoted_or_in_the_remainder(
        picks in prop::collection::vec((0_u16..400, 0_u8..6), 0..60),
    ) {
        let texts = [Value::Str("a"), Value::Str("b")];
        let attributes: Vec<_> = picks.iter().map(|&(name, kind)| {
            let value = match kind {
                0 => Value::Str("x"),
                1 => Value::Int(3),
                2 => Value::Double(0.5),
                3 => Value::Bool(true),
                4 => Value::List(&texts),
                _ => Value::Empty,
            };
            attribute(name_of(name).unwrap_or("other"), value)
        }).collect();
        let mapper = mapped(&attributes);
        let mut left = mapper.remainder().to_vec();
        left.sort_unstable();
        left.dedup();
        prop_assert_eq!(left.len(), mapper.remainder().len());
        prop_assert_eq!(left.len() + mapper.promoted().len(), attributes.len());
    }
}
