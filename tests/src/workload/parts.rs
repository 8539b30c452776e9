//! What the requests of all signals are made of.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

pub(super) const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.37.0";

pub(super) const MODELS: [(&str, &str); 4] = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gcp.gemini", "gemini-2.5-flash"),
];

pub(super) fn resource() -> Resource {
    Resource {
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
    }
}

pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "opentelemetry.instrumentation.openai_v2".to_owned(),
        version: "2.3.0".to_owned(),
        ..InstrumentationScope::default()
    }
}

/// Prose of about `bytes`, so that it compresses as prose does.
pub(super) fn prose(seed: usize, bytes: usize) -> String {
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
    let mut prose = String::with_capacity(bytes);
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    while prose.len() < bytes {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        prose.push_str(WORDS[(state >> 33) % WORDS.len()]);
        prose.push(' ');
    }
    prose
}

pub(super) fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(any(value)), ..KeyValue::default() }
}

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

pub(super) fn number(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

pub(super) fn double(key: &str, value: f64) -> KeyValue {
    attribute(key, Value::DoubleValue(value))
}

pub(super) fn list(key: &str, value: &str) -> KeyValue {
    let values = vec![any(Value::StringValue(value.to_owned()))];
    attribute(key, Value::ArrayValue(ArrayValue { values }))
}
