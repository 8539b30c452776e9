"""OpenTelemetry's instrumentation of OpenAI's SDK with the newest conventions."""

import os

os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_and_event"
os.environ["OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT"] = "true"

from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

import openai_calls
from telemetry import Telemetry

with Telemetry("openai_v2_latest") as telemetry:
    OpenAIInstrumentor().instrument(**telemetry.providers)
    openai_calls.make_all(openai_calls.client(OpenAI))
