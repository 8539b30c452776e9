"""OpenLLMetry's (Traceloop's) instrumentation of OpenAI's SDK."""

import os

os.environ["TRACELOOP_TRACE_CONTENT"] = "true"

from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

import openai_calls
from telemetry import Telemetry

with Telemetry("openllmetry_openai") as telemetry:
    OpenAIInstrumentor().instrument(**telemetry.providers)
    client = openai_calls.client(OpenAI)
    openai_calls.make_all(client)
    openai_calls.responses(client)
