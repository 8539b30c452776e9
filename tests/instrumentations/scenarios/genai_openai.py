"""OpenTelemetry's newest instrumentation of OpenAI's SDK, the successor of the `-v2` packages."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_and_event"

from openai import OpenAI
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

import openai_calls
from telemetry import Telemetry

with Telemetry("genai_openai") as telemetry:
    OpenAIInstrumentor().instrument(**telemetry.providers)
    client = openai_calls.client(OpenAI)
    openai_calls.make_all(client)
    openai_calls.responses(client)
