"""OpenTelemetry's newest instrumentation of Anthropic's SDK, beside the SDK's own spans."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_and_event"

from anthropic import Anthropic
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

import anthropic_calls
from telemetry import Telemetry

with Telemetry("genai_anthropic") as telemetry:
    AnthropicInstrumentor().instrument(**telemetry.providers)
    anthropic_calls.make_all(anthropic_calls.client(Anthropic))
