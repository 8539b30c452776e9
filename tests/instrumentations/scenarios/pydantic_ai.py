"""Pydantic AI's own instrumentation: agents on OpenAI's two APIs and on Anthropic's."""

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai import Agent, Embedder
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

import anthropic_calls
import openai_calls
from telemetry import Telemetry

OPENAI = OpenAIProvider(openai_client=openai_calls.client(AsyncOpenAI))
ANTHROPIC = AnthropicProvider(anthropic_client=anthropic_calls.client(AsyncAnthropic))
GPT = OpenAIChatModel(openai_calls.CHAT_MODEL, provider=OPENAI)
O4 = OpenAIResponsesModel(openai_calls.REASONING_MODEL, provider=OPENAI)
CLAUDE = AnthropicModel(anthropic_calls.MODEL, provider=ANTHROPIC)
OPUS = AnthropicModel(anthropic_calls.REASONING_MODEL, provider=ANTHROPIC)
THINKING = {"anthropic_thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 4000}


def weather_agent(model) -> Agent:
    agent = Agent(model, name="weather", instructions="You are a meteorologist.")

    @agent.tool_plain
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"18 degrees in {city}"

    return agent


def streamed():
    agent = Agent(GPT, name="poet", instructions="You are a poet.")
    with agent.run_stream_sync("Sing of the colours of a landscape.") as result:
        for _ in result.stream_text():
            pass


def refused():
    try:
        Agent(GPT, name="refused").run_sync("Please refuse this.")
    except ModelHTTPError as error:
        assert error.status_code == 429, error
    else:
        raise AssertionError("the provider answers 429")


with Telemetry("pydantic_ai") as telemetry:
    Agent.instrument_all(
        settings := InstrumentationSettings(
            tracer_provider=telemetry.traces, meter_provider=telemetry.metrics
        )
    )
    Agent(GPT, name="painter", system_prompt="You are a painter.").run_sync(
        "Which colours has a landscape?"
    )
    streamed()
    weather_agent(GPT).run_sync("How warm is Oslo?")
    Agent(O4, name="physicist").run_sync("Explain again why the sky is blue.")
    Embedder(
        OpenAIEmbeddingModel(openai_calls.EMBEDDING_MODEL, provider=OPENAI), instrument=settings
    ).embed_documents_sync(["A blue sky over green grass."])
    weather_agent(CLAUDE).run_sync("Tell me again how warm Oslo is, and remember it.")
    Agent(OPUS, name="botanist", model_settings=THINKING).run_sync("Why is the grass not blue?")
    refused()
