"""Langfuse's SDK with its drop-in replacement of OpenAI's, inside one observation of one's own."""

import os

from langfuse import Langfuse
from langfuse.openai import OpenAI
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

import openai_calls

langfuse = Langfuse(
    public_key="pk-lf-none",
    secret_key="sk-lf-none",
    base_url=os.environ["COLLECTOR_URL"],
    tracer_provider=TracerProvider(resource=Resource({"service.name": "langfuse"})),
)
openai = openai_calls.client(OpenAI)
with langfuse.start_as_current_observation(name="answer a reader", as_type="span"):
    openai_calls.plain(openai)
    openai_calls.streamed(openai)
    openai_calls.tool(openai)
openai_calls.streamed_tool(openai)
openai_calls.cached(openai)
openai_calls.reasoning(openai)
openai_calls.embedding(openai)
openai_calls.refused(openai)
openai_calls.responses(openai)
langfuse.flush()
langfuse.shutdown()
