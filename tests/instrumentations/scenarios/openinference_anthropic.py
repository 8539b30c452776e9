"""OpenInference's instrumentation of Anthropic's SDK, beside the SDK's own spans."""

from anthropic import Anthropic
from openinference.instrumentation.anthropic import AnthropicInstrumentor

import anthropic_calls
from telemetry import Telemetry

with Telemetry("openinference_anthropic") as telemetry:
    AnthropicInstrumentor().instrument(tracer_provider=telemetry.traces)
    anthropic_calls.make_all(anthropic_calls.client(Anthropic))
