//! The spans of a workload, as generated types.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::Workload;
use super::parts::{MODELS, SCHEMA_URL, double, list, number, prose, resource, scope, text};

/// A whole request of `workload`.
pub(super) fn request(workload: Workload) -> ExportTraceServiceRequest {
    let spans = (0..workload.records()).map(|index| span(workload, index)).collect();
    let scope_spans = ScopeSpans { scope: Some(scope()), spans, schema_url: SCHEMA_URL.to_owned() };
    let resource_spans = ResourceSpans {
        resource: Some(resource()),
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

fn messages(role: &str, index: usize, bytes: usize) -> String {
    let content = prose(index, bytes);
    format!("[{{\"role\":\"{role}\",\"parts\":[{{\"type\":\"text\",\"content\":\"{content}\"}}]}}]")
}
