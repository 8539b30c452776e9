"""OpenInference's instrumentation of OpenAI's SDK. It captures content unless told not to."""

from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor

import openai_calls
from telemetry import Telemetry

with Telemetry("openinference_openai") as telemetry:
    OpenAIInstrumentor().instrument(tracer_provider=telemetry.traces)
    client = openai_calls.client(OpenAI)
    openai_calls.make_all(client)
    openai_calls.responses(client)
