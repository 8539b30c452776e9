//! What is sent of a call, and the messages that it has then.

use serde_json::{Value as Json, json};

pub(super) fn cases() -> Vec<Case> {
    [of_open_llmetry(), of_open_inference(), of_events(), of_whole_events()]
        .into_iter()
        .flatten()
        .collect()
}

/// What is sent of a call, and the messages that it has then.
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) attributes: Vec<(&'static str, Json)>,
    pub(super) events: Vec<(&'static str, Json)>,
    pub(super) logged: Vec<(&'static str, Json)>,
    pub(super) input: Json,
    pub(super) output: Json,
}

const NOTHING: Case = Case {
    what: "",
    attributes: Vec::new(),
    events: Vec::new(),
    logged: Vec::new(),
    input: Json::Null,
    output: Json::Null,
};

fn said(role: &str, text: &str) -> Json {
    json!({"role": role, "parts": [{"type": "text", "content": text}]})
}

const ARGUMENTS: &str = r#"{"city": "Paris"}"#;

/// The answer that calls a tool.
pub(super) fn asks() -> Json {
    let call = json!({"type": "tool_call", "id": "c1", "name": "weather", "arguments": ARGUMENTS});
    json!({"role": "assistant", "parts": [call], "finish_reason": "tool_calls"})
}

fn told() -> Json {
    json!({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "18"}]})
}

fn of_open_llmetry() -> Vec<Case> {
    let text = |it: &str| json!(it);
    vec![
        Case {
            what: "OpenLLMetry's attributes",
            attributes: vec![
                ("gen_ai.prompt.10.role", text("user")),
                ("gen_ai.prompt.10.content", text("the last")),
                ("gen_ai.prompt.0.role", text("system")),
                ("gen_ai.prompt.0.content", text("Be brief.")),
                ("gen_ai.prompt.2.role", text("tool")),
                ("gen_ai.prompt.2.content", text("18")),
                ("gen_ai.prompt.2.tool_call_id", text("c1")),
                ("gen_ai.completion.0.role", text("assistant")),
                ("gen_ai.completion.0.finish_reason", text("tool_calls")),
                ("gen_ai.completion.0.tool_calls.0.id", text("c1")),
                ("gen_ai.completion.0.tool_calls.0.name", text("weather")),
                ("gen_ai.completion.0.tool_calls.0.arguments", text(ARGUMENTS)),
            ],
            input: json!([said("system", "Be brief."), told(), said("user", "the last")]),
            output: json!([asks()]),
            ..NOTHING
        },
        Case {
            what: "litellm's function call",
            attributes: vec![
                ("gen_ai.completion.0.role", text("assistant")),
                ("gen_ai.completion.0.function_call.name", text("weather")),
                ("gen_ai.completion.0.function_call.arguments", text(ARGUMENTS)),
            ],
            output: json!([{"role": "assistant", "parts": [
                {"type": "tool_call", "name": "weather", "arguments": ARGUMENTS},
            ]}]),
            ..NOTHING
        },
    ]
}

fn of_open_inference() -> Vec<Case> {
    let text = |it: &str| json!(it);
    vec![
        Case {
            what: "OpenInference's attributes",
            attributes: vec![
                ("llm.input_messages.0.message.role", text("user")),
                ("llm.input_messages.0.message.contents.0.message_content.type", text("text")),
                ("llm.input_messages.0.message.contents.0.message_content.text", text("What is")),
                ("llm.input_messages.0.message.contents.1.message_content.type", text("image")),
                (
                    "llm.input_messages.0.message.contents.1.message_content.image.image.url",
                    text("u"),
                ),
                ("llm.input_messages.1.message.role", text("tool")),
                ("llm.input_messages.1.message.content", text("18")),
                ("llm.input_messages.1.message.tool_call_id", text("c1")),
                ("llm.output_messages.0.message.role", text("assistant")),
                ("llm.output_messages.0.message.finish_reason", text("tool_calls")),
                ("llm.output_messages.0.message.tool_calls.0.tool_call.id", text("c1")),
                (
                    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name",
                    text("weather"),
                ),
                (
                    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
                    text(ARGUMENTS),
                ),
            ],
            input: json!([
                {"role": "user", "parts": [
                    {"type": "text", "content": "What is"}, {"type": "image", "image.image.url": "u"},
                ]},
                told(),
            ]),
            output: json!([asks()]),
            ..NOTHING
        },
        Case {
            what: "OpenInference's completions",
            attributes: vec![
                ("llm.prompts.0.prompt.text", text("Once")),
                ("llm.choices.0.completion.text", text("upon a time")),
            ],
            input: json!([said("user", "Once")]),
            output: json!([said("assistant", "upon a time")]),
            ..NOTHING
        },
        Case {
            what: "names that are no messages",
            attributes: vec![
                ("gen_ai.prompt.99999999999.content", text("no list is so long")),
                ("gen_ai.prompt.x.content", text("no number")),
                ("gen_ai.prompt.", text("nothing")),
                ("gen_ai.completion.0", text("no field")),
            ],
            ..NOTHING
        },
    ]
}

/// The events of one call: `message` is how the choice's message is written.
fn events(message: &Json) -> Vec<(&'static str, Json)> {
    vec![
        ("gen_ai.system.message", json!({"content": "Be brief."})),
        ("gen_ai.user.message", json!({"content": "And in Paris?"})),
        ("gen_ai.tool.message", json!({"content": "18", "id": "c1"})),
        ("gen_ai.choice", json!({"index": 0, "finish_reason": "tool_calls", "message": message})),
        ("exception", json!({"exception.type": "none of ours"})),
    ]
}

fn message() -> Json {
    let function = json!({"name": "weather", "arguments": ARGUMENTS});
    json!({"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": function}]})
}

fn of_events() -> Vec<Case> {
    let input = json!([said("system", "Be brief."), said("user", "And in Paris?"), told()]);
    let deep = "[".repeat(5000);
    vec![
        Case {
            what: "an event of the span for each message, structured as JSON text",
            events: events(&json!(message().to_string())),
            input: input.clone(),
            output: json!([asks()]),
            ..NOTHING
        },
        Case {
            what: "a log record for each message",
            logged: events(&message()),
            input,
            output: json!([asks()]),
            ..NOTHING
        },
        Case {
            what: "the span's own messages come before those of its events",
            attributes: vec![("gen_ai.input.messages", json!(r#"["own"]"#))],
            events: events(&message()),
            input: json!(["own"]),
            output: json!([asks()]),
            ..NOTHING
        },
        Case {
            what: "what looks like JSON and is none is text",
            events: vec![
                ("gen_ai.user.message", json!({"content": "{curly"})),
                ("gen_ai.user.message", json!({"content": deep})),
                ("gen_ai.user.message", json!({"content": 5, "tool_calls": "no list"})),
                ("gen_ai.choice", json!({"message": "[1", "index": "x"})),
            ],
            input: json!([
                said("user", "{curly"),
                said("user", &deep),
                {"role": "user", "parts": [5, {"type": "tool_call"}]},
            ]),
            output: json!([said("assistant", "[1")]),
            ..NOTHING
        },
    ]
}

fn of_whole_events() -> Vec<Case> {
    let whole = || {
        json!({
            "gen_ai.input.messages": [said("user", "Hi")],
            "gen_ai.output.messages": [said("assistant", "Hello")],
        })
    };
    vec![
        Case {
            what: "one event of the span for all",
            events: vec![("gen_ai.client.inference.operation.details", whole())],
            input: json!([said("user", "Hi")]),
            output: json!([said("assistant", "Hello")]),
            ..NOTHING
        },
        Case {
            what: "one log record for all",
            logged: vec![("gen_ai.client.inference.operation.details", whole())],
            input: json!([said("user", "Hi")]),
            output: json!([said("assistant", "Hello")]),
            ..NOTHING
        },
        Case {
            what: "the oldest events of spans",
            events: vec![
                ("gen_ai.content.prompt", json!({"gen_ai.prompt": "[{\"role\": \"user\"}]"})),
                ("gen_ai.content.completion", json!({"gen_ai.completion": "\"Hello\""})),
            ],
            input: json!([{"role": "user"}]),
            output: json!("Hello"),
            ..NOTHING
        },
    ]
}
