"""OpenLLMetry's (Traceloop's) instrumentation of Anthropic's SDK, beside the SDK's own spans."""

import os

os.environ["TRACELOOP_TRACE_CONTENT"] = "true"

from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

import anthropic_calls
from telemetry import Telemetry

with Telemetry("openllmetry_anthropic") as telemetry:
    AnthropicInstrumentor().instrument(**telemetry.providers)
    anthropic_calls.make_all(anthropic_calls.client(Anthropic))
