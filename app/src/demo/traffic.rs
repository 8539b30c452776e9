//! Sends the story by the official OpenTelemetry SDK over OTLP/gRPC.

use std::time::{Duration, Instant, SystemTime};

use opentelemetry::trace::{Span, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_otlp::{Compression, SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider,
};

use uuid::Uuid;

use super::scenario::{Chat, Conversation, Outcome, Purpose, Step, Turn, story};

/// The same story at each run.
const SEED: u64 = 7;
/// The SDK drops what does not fit into its queue: it is emptied long before that.
const QUEUE_SPANS: usize = 65_536;
const FLUSH_EVERY_SPANS: u64 = 10_000;

/// What was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// The `service.instance.id` by which this run's rows are found.
    pub run: Uuid,
    /// Spans, all acknowledged.
    pub spans: u64,
    /// From the first to the last acknowledgement.
    pub took: Duration,
}

/// The traffic could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// The exporter could not be built.
    #[error("the OpenTelemetry exporter could not be built")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Not every span was acknowledged.
    #[error("the OpenTelemetry SDK could not deliver its spans")]
    Export(#[from] opentelemetry_sdk::error::OTelSdkError),
}

/// Sends `conversations` conversations to `endpoint`, calling `progress` after each.
///
/// Blocks: the SDK has a thread of its own, and flushing waits for it.
///
/// # Errors
/// When the SDK could not deliver everything.
pub fn send(
    endpoint: &str,
    conversations: usize,
    now: SystemTime,
    mut progress: impl FnMut(u64),
) -> Result<Sent, TrafficError> {
    let run = Uuid::new_v4();
    let provider = provider(endpoint, run)?;
    let teller = Teller { tracer: provider.tracer("travel-assistant"), now };
    let started = Instant::now();
    let (mut spans, mut flushed) = (0, 0);
    for conversation in story(conversations, SEED) {
        spans += teller.tell(&conversation);
        if spans - flushed >= FLUSH_EVERY_SPANS {
            provider.force_flush()?;
            flushed = spans;
        }
        progress(spans);
    }
    provider.force_flush()?;
    let took = started.elapsed();
    provider.shutdown()?;
    Ok(Sent { run, spans, took })
}

fn provider(endpoint: &str, run: Uuid) -> Result<SdkTracerProvider, TrafficError> {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_compression(Compression::Gzip)
        .build()?;
    let config = BatchConfigBuilder::default().with_max_queue_size(QUEUE_SPANS).build();
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
    let resource = Resource::builder()
        .with_service_name("travel-assistant")
        .with_attribute(KeyValue::new("service.version", "2.3.1"))
        .with_attribute(text("service.instance.id", run.to_string()))
        .with_attribute(KeyValue::new("deployment.environment.name", "demo"))
        .build();
    Ok(SdkTracerProvider::builder().with_span_processor(processor).with_resource(resource).build())
}

/// Turns the story into spans.
struct Teller {
    tracer: SdkTracer,
    now: SystemTime,
}

/// Where a step stands: in which trace, from when, in whose conversation.
struct Scene<'a> {
    parent: &'a Context,
    start: SystemTime,
    conversation: &'a Conversation,
    turn: &'a Turn,
}

impl Teller {
    /// Tells a conversation; returns its number of spans.
    fn tell(&self, conversation: &Conversation) -> u64 {
        conversation.turns.iter().map(|turn| self.turn(conversation, turn)).sum()
    }

    fn turn(&self, conversation: &Conversation, turn: &Turn) -> u64 {
        let start = self.now - turn.age;
        let attributes = [
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.agent.name", "travel-assistant"),
            text("gen_ai.conversation.id", conversation.id.clone()),
            text("user.id", conversation.user.clone()),
        ];
        let root = self
            .tracer
            .span_builder("invoke_agent travel-assistant")
            .with_kind(SpanKind::Internal)
            .with_start_time(start)
            .with_attributes(attributes)
            .start_with_context(&self.tracer, &Context::new());
        let parent = Context::new().with_span(root);
        let mut clock = start + Duration::from_millis(2);
        let mut spans = 1;
        for step in &turn.steps {
            let scene = Scene { parent: &parent, start: clock, conversation, turn };
            let (took, made) = self.step(&scene, step);
            clock += took + Duration::from_millis(3);
            spans += made;
        }
        parent.span().end_with_timestamp(clock);
        spans
    }

    fn step(&self, scene: &Scene<'_>, step: &Step) -> (Duration, u64) {
        match step {
            Step::Retrieve { took, tokens } => (*took, self.retrieve(scene, *took, *tokens)),
            Step::Chat(chat) => (chat.took, self.chat(scene, chat)),
            Step::Tool { name, took, failed } => (*took, self.tool(scene, name, *took, *failed)),
        }
    }

    fn retrieve(&self, scene: &Scene<'_>, took: Duration, tokens: i64) -> u64 {
        let embed = [
            text("gen_ai.operation.name", "embeddings"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", "text-embedding-3-small"),
            text("gen_ai.response.model", "text-embedding-3-small"),
            KeyValue::new("gen_ai.usage.input_tokens", tokens),
            KeyValue::new("gen_ai.embeddings.dimension.count", 1536_i64),
        ];
        let name = "embeddings text-embedding-3-small";
        self.span(scene, name, SpanKind::Client, took / 2, embed.into(), Status::Unset);
        let search = [
            text("gen_ai.operation.name", "retrieval"),
            text("gen_ai.data_source.id", "travel-guides"),
            text("db.system.name", "postgresql"),
            KeyValue::new("gen_ai.retrieval.top_k", 5_i64),
        ];
        let scene = Scene { start: scene.start + took / 2, ..*scene };
        let name = "retrieval travel-guides";
        self.span(&scene, name, SpanKind::Client, took / 2, search.into(), Status::Unset);
        2
    }

    fn tool(&self, scene: &Scene<'_>, name: &str, took: Duration, outcome: Outcome) -> u64 {
        let mut attributes = vec![
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.tool.name", name.to_owned()),
            text("gen_ai.tool.type", "function"),
            text("gen_ai.tool.call.arguments", format!("{{\"city\":\"{}\"}}", scene.turn.place)),
        ];
        let status = match outcome {
            Outcome::Good => Status::Unset,
            Outcome::Failed => {
                attributes.push(text("error.type", "timeout"));
                Status::error("the tool did not answer in time")
            }
        };
        let name = format!("execute_tool {name}");
        self.span(scene, &name, SpanKind::Internal, took, attributes, status);
        1
    }

    fn chat(&self, scene: &Scene<'_>, chat: &Chat) -> u64 {
        let mut attributes = asked(scene, chat);
        let status = match chat.outcome {
            Outcome::Good => {
                attributes.extend(answered(scene, chat));
                Status::Unset
            }
            Outcome::Failed => {
                attributes.push(text("error.type", "rate_limit_exceeded"));
                Status::error("429: rate limit exceeded")
            }
        };
        let name = format!("chat {}", chat.model.request);
        self.span(scene, &name, SpanKind::Client, chat.took, attributes, status);
        1
    }

    fn span(
        &self,
        scene: &Scene<'_>,
        name: &str,
        kind: SpanKind,
        took: Duration,
        attributes: Vec<KeyValue>,
        status: Status,
    ) {
        let mut span = self
            .tracer
            .span_builder(name.to_owned())
            .with_kind(kind)
            .with_start_time(scene.start)
            .with_attributes(attributes)
            .start_with_context(&self.tracer, scene.parent);
        span.set_status(status);
        span.end_with_timestamp(scene.start + took);
    }
}

/// What every call of a model says, whatever came of it.
fn asked(scene: &Scene<'_>, chat: &Chat) -> Vec<KeyValue> {
    let question = format!("What should I know before a weekend in {}?", scene.turn.place);
    let messages = format!(
        "[{{\"role\":\"user\",\"parts\":[{{\"type\":\"text\",\"content\":\"{question}\"}}]}}]"
    );
    vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", chat.model.provider),
        text("gen_ai.request.model", chat.model.request),
        text("gen_ai.conversation.id", scene.conversation.id.clone()),
        text("user.id", scene.conversation.user.clone()),
        KeyValue::new("gen_ai.request.temperature", 0.2_f64),
        KeyValue::new("gen_ai.request.max_tokens", 1024_i64),
        KeyValue::new("gen_ai.request.stream", chat.first_token.is_some()),
        text("server.address", "api.example.com"),
        text("gen_ai.input.messages", messages),
    ]
}

/// What an answer adds.
fn answered(scene: &Scene<'_>, chat: &Chat) -> Vec<KeyValue> {
    let (reason, content) = match chat.purpose {
        Purpose::Plan => ("tool_calls", "Let me look that up.".to_owned()),
        Purpose::Answer => {
            ("stop", format!("{} is lovely at this time of year.", scene.turn.place))
        }
    };
    let reasons: Vec<StringValue> = vec![reason.into()];
    let messages = format!(
        "[{{\"role\":\"assistant\",\"parts\":[{{\"type\":\"text\",\"content\":\"{content}\"}}],\"finish_reason\":\"{reason}\"}}]"
    );
    let mut attributes = vec![
        text("gen_ai.response.model", chat.model.response),
        KeyValue::new("gen_ai.response.finish_reasons", Value::Array(Array::String(reasons))),
        KeyValue::new("gen_ai.usage.input_tokens", chat.input_tokens),
        KeyValue::new("gen_ai.usage.output_tokens", chat.output_tokens),
        text("gen_ai.output.messages", messages),
    ];
    if chat.cached_tokens > 0 {
        let name = "gen_ai.usage.cache_read.input_tokens";
        attributes.push(KeyValue::new(name, chat.cached_tokens));
    }
    if let Some(first) = chat.first_token {
        let name = "gen_ai.response.time_to_first_chunk";
        attributes.push(KeyValue::new(name, first.as_secs_f64()));
    }
    attributes
}

fn text(key: &'static str, value: impl Into<StringValue>) -> KeyValue {
    KeyValue::new(key, Value::String(value.into()))
}
