"""OpenTelemetry's instrumentation of OpenAI's SDK in its default mode: messages are log events."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"

from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

import openai_calls
from telemetry import Telemetry

with Telemetry("openai_v2") as telemetry:
    OpenAIInstrumentor().instrument(**telemetry.providers)
    openai_calls.make_all(openai_calls.client(OpenAI))
