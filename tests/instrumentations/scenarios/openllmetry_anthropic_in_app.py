"""As openllmetry_anthropic, but each call inside a span of the application, as in a web service."""

import os

os.environ["TRACELOOP_TRACE_CONTENT"] = "true"

from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.trace import SpanKind

import anthropic_calls
from telemetry import Telemetry

with Telemetry("openllmetry_anthropic_in_app") as telemetry:
    AnthropicInstrumentor().instrument(**telemetry.providers)
    client = anthropic_calls.client(Anthropic)
    tracer = telemetry.traces.get_tracer("app")
    for calls in anthropic_calls.KINDS:
        with tracer.start_as_current_span("POST /answer", kind=SpanKind.SERVER):
            calls(client)
