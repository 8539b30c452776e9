//! The spans of a workload, as generated types.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::Workload;

const MODELS: [(&str, &str); 4] = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gcp.gemini", "gemini-2.5-flash"),
];

/// A whole request of `workload`.
pub(super) fn request(workload: Workload) -> ExportTraceServiceRequest {
    let spans = (0..workload.spans()).map(|index| span(workload, index)).collect();
    let scope = InstrumentationScope {
        name: "opentelemetry.instrumentation.openai_v2".to_owned(),
        version: "2.3.0".to_owned(),
        ..InstrumentationScope::default()
    };
    let scope_spans = ScopeSpans {
        scope: Some(scope),
        spans,
        schema_url: "https://opentelemetry.io/schemas/1.37.0".to_owned(),
    };
    let resource = Resource {
        attributes: vec![
            text("service.name", "travel-assistant"),
            text("service.version", "2.3.1"),
            text("deployment.environment.name", "production"),
            text("telemetry.sdk.language", "python"),
            text("telemetry.sdk.name", "opentelemetry"),
            text("telemetry.sdk.version", "1.39.0"),
            text("host.name", "worker-7.eu-west-1.internal"),
            text("process.runtime.version", "3.13.1"),
        ],
        ..Resource::default()
    };
    let resource_spans = ResourceSpans {
        resource: Some(resource),
        scope_spans: vec![scope_spans],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
}

fn span(workload: Workload, index: usize) -> Span {
    let (provider, model) = MODELS[index % MODELS.len()];
    let tokens = i64::try_from(index).unwrap_or_default();
    let mut attributes = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", provider),
        text("gen_ai.request.model", model),
        text("gen_ai.response.model", model),
        text("gen_ai.response.id", &format!("chatcmpl-{index:026}")),
        list("gen_ai.response.finish_reasons", "stop"),
        number("gen_ai.usage.input_tokens", 900 + tokens),
        number("gen_ai.usage.output_tokens", 120 + tokens % 300),
        number("gen_ai.usage.cache_read.input_tokens", 640),
        double("gen_ai.request.temperature", 0.2),
        number("gen_ai.request.max_tokens", 1024),
        double("gen_ai.response.time_to_first_chunk", 0.42),
        text("gen_ai.conversation.id", &format!("conv-{:08}", index / 7)),
        text("user.id", &format!("user-{:05}", index % 211)),
        text("server.address", "api.openai.com"),
        number("server.port", 443),
    ];
    if workload == Workload::L {
        attributes.push(text("gen_ai.input.messages", &messages("user", index, 4200)));
        attributes.push(text("gen_ai.output.messages", &messages("assistant", index, 1500)));
    }
    Span {
        // Overwritten by the template; never zero, so that every byte is on the wire.
        trace_id: vec![1; 16],
        span_id: vec![1; 8],
        parent_span_id: vec![1; 8],
        name: format!("chat {model}"),
        kind: 3,
        flags: 0x101,
        start_time_unix_nano: u64::MAX,
        end_time_unix_nano: u64::MAX,
        attributes,
        status: Some(Status {
            message: String::new(),
            code: i32::from(index.is_multiple_of(50)) * 2,
        }),
        ..Span::default()
    }
}

/// Messages of about `bytes`, of words, so that they compress as prose does.
fn messages(role: &str, index: usize, bytes: usize) -> String {
    const WORDS: [&str; 16] = [
        "please",
        "summarise",
        "the",
        "following",
        "report",
        "about",
        "quarterly",
        "revenue",
        "churn",
        "retention",
        "latency",
        "\\n",
        "budget",
        "forecast",
        "region",
        "customers",
    ];
    let mut content = String::with_capacity(bytes);
    let mut state = index.wrapping_mul(2_654_435_761) | 1;
    while content.len() < bytes {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        content.push_str(WORDS[(state >> 33) % WORDS.len()]);
        content.push(' ');
    }
    format!("[{{\"role\":\"{role}\",\"parts\":[{{\"type\":\"text\",\"content\":\"{content}\"}}]}}]")
}

fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn number(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn double(key: &str, value: f64) -> KeyValue {
    attribute(key, Value::DoubleValue(value))
}

fn list(key: &str, value: &str) -> KeyValue {
    let item = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    attribute(key, Value::ArrayValue(ArrayValue { values: vec![item] }))
}
