//! The official Rust SDK.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Link, Span, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
    TraceState, Tracer, TracerProvider,
};
use opentelemetry::{Array, Context, InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanProcessor,
};

use crate::sent::{self, Attributes, Sent, Value};
use crate::{Compression, Protocol, Route, SPANS};

const ODD: &str = "quotes \" and \\ and\nlines\t\u{1} — «ünïcödé» 🦀";

/// Sends spans and returns what the SDK had.
pub(crate) async fn send(route: Route) -> Vec<Sent> {
    // The SDK blocks.
    tokio::task::spawn_blocking(move || send_blocking(&route)).await.unwrap()
}

fn send_blocking(route: &Route) -> Vec<Sent> {
    let memory = Memory::default();
    let config = BatchConfigBuilder::default().with_max_queue_size(SPANS * 2).build();
    let sender = BatchSpanProcessor::builder(exporter(route)).with_batch_config(config).build();
    let resource = Resource::builder_empty()
        .with_schema_url([KeyValue::new("service.name", "travel")], "https://resource/1")
        .with_attribute(KeyValue::new("app.ports", Array::I64(vec![1, 2]).into_value()))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(memory.clone())
        .with_span_processor(sender)
        .with_resource(resource.clone())
        .with_max_events_per_span(2)
        .build();
    let full = InstrumentationScope::builder("full")
        .with_version("1.2.3")
        .with_schema_url("https://scope/1")
        .with_attributes([KeyValue::new("scope.kind", "full"), KeyValue::new("n", 1)])
        .build();
    let tracers = [provider.tracer("plain"), provider.tracer_with_scope(full)];
    for number in 0..SPANS / 5 {
        turn(&tracers[number % 2], i64::try_from(number).unwrap());
    }
    provider.force_flush().unwrap();
    provider.shutdown().unwrap();
    let spans = std::mem::take(&mut *memory.0.lock().unwrap());
    spans.into_iter().map(|span| told(span, &resource)).collect()
}

fn exporter(route: &Route) -> SpanExporter {
    let gzip = opentelemetry_otlp::Compression::Gzip;
    match (route.protocol, route.compression) {
        (Protocol::Grpc, Compression::None) => {
            SpanExporter::builder().with_tonic().with_endpoint(&route.endpoint).build()
        }
        (Protocol::Grpc, Compression::Gzip) => {
            let builder = SpanExporter::builder().with_tonic().with_endpoint(&route.endpoint);
            builder.with_compression(gzip).build()
        }
        (Protocol::Http, Compression::None) => {
            SpanExporter::builder().with_http().with_endpoint(&route.endpoint).build()
        }
        (Protocol::Http, Compression::Gzip) => {
            let builder = SpanExporter::builder().with_http().with_endpoint(&route.endpoint);
            builder.with_compression(gzip).build()
        }
    }
    .unwrap()
}

/// Five spans: a server's, an agent's, a call with everything, a tool's that fails, a plain one.
fn turn(tracer: &SdkTracer, number: i64) {
    let outside = if number % 3 == 0 { remote(number) } else { Context::new() };
    let server = tracer.span_builder("POST /chat").with_kind(SpanKind::Server);
    let mut server = tracer.build_with_context(server, &outside);
    server.set_attribute(KeyValue::new("http.route", "/chat"));
    server.set_status(Status::Ok);
    let asked = server.span_context().clone();
    let inside = outside.with_span(server);
    let mut agent = tracer.start_with_context(format!("invoke_agent {number}"), &inside);
    agent.set_attribute(KeyValue::new("gen_ai.operation.name", "invoke_agent"));
    agent.set_attribute(KeyValue::new("gen_ai.agent.name", format!("agent {ODD}")));
    let working = inside.with_span(agent);
    call(tracer, &working, asked, number);
    let mut tool = tracer.start_with_context("execute_tool weather", &working);
    tool.set_attribute(KeyValue::new("gen_ai.tool.name", "weather"));
    tool.set_attribute(KeyValue::new("gen_ai.tool.call.arguments", "{\"city\":\"Zürich\"}"));
    tool.set_attribute(KeyValue::new("error.type", "timeout"));
    tool.record_error(&std::io::Error::other(format!("after {number} s: {ODD}")));
    tool.set_status(Status::error(format!("timed out: {ODD}")));
    tool.end();
    working.span().end();
    inside.span().end();
    let plain = tracer.span_builder("plain").with_kind(SpanKind::Producer);
    // To the nanosecond, and beyond what a microsecond holds.
    let start = SystemTime::UNIX_EPOCH + SystemTime::UNIX_EPOCH.elapsed().unwrap()
        - Duration::new(60, 123_456_789);
    let mut plain = tracer.build_with_context(plain.with_start_time(start), &Context::new());
    plain.end_with_timestamp(start + Duration::from_nanos(1));
}

fn call(tracer: &SdkTracer, parent: &Context, asked: SpanContext, number: i64) {
    let messages = format!("[{{\"role\":\"user\",\"content\":{:?}}}]", format!("{ODD} {number}"));
    let small = f64::from(i32::try_from(number).unwrap());
    let texts =
        |texts: &[&'static str]| Array::String(texts.iter().map(|it| (*it).into()).collect());
    let attributes = vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "anthropic"),
        KeyValue::new("gen_ai.request.model", "claude-sonnet-4-5"),
        KeyValue::new("gen_ai.response.id", format!("msg_{number}")),
        KeyValue::new(
            "gen_ai.response.finish_reasons",
            texts(&["end_turn", "max_tokens"]).into_value(),
        ),
        KeyValue::new("gen_ai.usage.input_tokens", 1000 + number),
        KeyValue::new("gen_ai.usage.output_tokens", number),
        KeyValue::new("gen_ai.request.temperature", small / 7.0),
        KeyValue::new("gen_ai.request.max_tokens", i64::MAX),
        KeyValue::new("gen_ai.request.stream", number % 2 == 0),
        KeyValue::new("gen_ai.response.time_to_first_chunk", 0.5),
        KeyValue::new("gen_ai.conversation.id", format!("conversation-{}", number / 5)),
        KeyValue::new("gen_ai.input.messages", messages.clone()),
        KeyValue::new("gen_ai.output.messages", messages),
        KeyValue::new("app.text", ODD),
        KeyValue::new("app.empty", ""),
        KeyValue::new("app.smallest", i64::MIN),
        KeyValue::new("app.largest", i64::MAX),
        KeyValue::new("app.whole", 3.0),
        KeyValue::new("app.huge", f64::MAX),
        KeyValue::new("app.tiny", f64::from_bits(1)),
        KeyValue::new("app.round", 1e16),
        KeyValue::new("app.third", 1.0 / 3.0),
        KeyValue::new("app.truth", true),
        KeyValue::new("app.texts", texts(&["a", "", ODD]).into_value()),
        KeyValue::new("app.numbers", Array::I64(vec![1, -2, 3]).into_value()),
        KeyValue::new("app.doubles", Array::F64(vec![0.5, 2.0]).into_value()),
        KeyValue::new("app.truths", Array::Bool(vec![true, false]).into_value()),
        KeyValue::new("app.none", Array::I64(Vec::new()).into_value()),
    ];
    let link = Link::new(asked, vec![KeyValue::new("why", "asked"), KeyValue::new("n", number)], 0);
    let builder = tracer.span_builder("chat").with_kind(SpanKind::Client);
    let mut span = tracer
        .build_with_context(builder.with_attributes(attributes).with_links(vec![link]), parent);
    for event in 0..number % 4 {
        let attributes = vec![KeyValue::new("index", event), KeyValue::new("text", ODD)];
        span.add_event(format!("token {event}"), attributes);
    }
    span.end();
}

fn remote(number: i64) -> Context {
    let number = u64::try_from(number).unwrap();
    let state =
        TraceState::from_key_value([("vendor", format!("v{number}")), ("other", "o".to_owned())]);
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from(u128::from(0x1000 + number)),
        SpanId::from(0x2000 + number),
        TraceFlags::SAMPLED,
        true,
        state.unwrap(),
    ))
}

/// `array` as an attribute's value.
trait IntoValue {
    fn into_value(self) -> opentelemetry::Value;
}

impl IntoValue for Array {
    fn into_value(self) -> opentelemetry::Value {
        opentelemetry::Value::Array(self)
    }
}

/// Keeps what ends.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Memory {
    fn on_start(&self, _span: &mut opentelemetry_sdk::trace::Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.lock().unwrap().push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn told(span: SpanData, resource: &Resource) -> Sent {
    let context = &span.span_context;
    let (status, status_message) = match span.status {
        Status::Unset => (0, String::new()),
        Status::Ok => (1, String::new()),
        Status::Error { description } => (2, description.into_owned()),
    };
    let kind = match span.span_kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    };
    let has_parent = span.parent_span_id != SpanId::INVALID;
    let scope = &span.instrumentation_scope;
    Sent {
        trace_id: context.trace_id().to_string(),
        span_id: context.span_id().to_string(),
        parent_span_id: has_parent.then(|| span.parent_span_id.to_string()),
        trace_state: context.trace_state().header(),
        flags: remote_bits(span.parent_span_is_remote.into()) | trace_bits(context),
        name: span.name.into_owned(),
        kind,
        start: nanos(span.start_time),
        end: nanos(span.end_time),
        attributes: attributes(&span.attributes),
        dropped_attributes: span.dropped_attributes_count,
        dropped_events: span.events.dropped_count,
        events: span
            .events
            .events
            .iter()
            .map(|event| sent::Event {
                time: nanos(event.timestamp),
                name: event.name.to_string(),
                attributes: attributes(&event.attributes),
                dropped_attributes: event.dropped_attributes_count,
            })
            .collect(),
        dropped_links: span.links.dropped_count,
        links: span
            .links
            .links
            .iter()
            .map(|link| sent::Link {
                trace_id: link.span_context.trace_id().to_string(),
                span_id: link.span_context.span_id().to_string(),
                trace_state: link.span_context.trace_state().header(),
                flags: remote_bits(link.span_context.is_remote().into())
                    | trace_bits(&link.span_context),
                attributes: attributes(&link.attributes),
                dropped_attributes: link.dropped_attributes_count,
            })
            .collect(),
        status,
        status_message,
        scope: sent::Scope {
            name: scope.name().to_owned(),
            version: scope.version().unwrap_or_default().to_owned(),
            schema_url: scope.schema_url().unwrap_or_default().to_owned(),
            attributes: scope.attributes().map(attribute).collect(),
        },
        resource: sent::Resource {
            schema_url: resource.schema_url().unwrap_or_default().to_owned(),
            attributes: resource.iter().map(|(key, it)| (key.to_string(), value(it))).collect(),
        },
    }
}

// What this SDK's exporter encodes: the trace's flags, and whether the context is known to be remote.
fn remote_bits(is_remote: u32) -> u32 {
    0x100 | is_remote << 9
}

fn trace_bits(context: &SpanContext) -> u32 {
    u32::from(context.trace_flags().to_u8())
}

fn nanos(time: SystemTime) -> u64 {
    u64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos()).unwrap()
}

fn attributes(of: &[KeyValue]) -> Attributes {
    of.iter().map(attribute).collect()
}

fn attribute(of: &KeyValue) -> (String, Value) {
    (of.key.to_string(), value(&of.value))
}

fn value(of: &opentelemetry::Value) -> Value {
    use opentelemetry::Value as Sdk;
    let double = |it: &f64| Value::Double(format!("{it:?}"));
    match of {
        Sdk::Bool(it) => Value::Bool(*it),
        Sdk::I64(it) => Value::Int(*it),
        Sdk::F64(it) => double(it),
        Sdk::String(it) => Value::Text(it.to_string()),
        Sdk::Array(Array::Bool(items)) => {
            Value::List(items.iter().copied().map(Value::Bool).collect())
        }
        Sdk::Array(Array::I64(items)) => {
            Value::List(items.iter().copied().map(Value::Int).collect())
        }
        Sdk::Array(Array::F64(items)) => Value::List(items.iter().map(double).collect()),
        Sdk::Array(Array::String(items)) => {
            Value::List(items.iter().map(|it| Value::Text(it.to_string())).collect())
        }
        other => panic!("{other:?}"),
    }
}
