"""OpenLIT with its defaults, which instrument the HTTP client too, for both providers."""

import json
from pathlib import Path

import openlit
from anthropic import Anthropic
from openai import OpenAI

import anthropic_calls
import openai_calls
from telemetry import Telemetry

# Left alone it downloads a price list. Here some models have a price, the others none.
PRICES = {
    "chat": {
        "gpt-4o": {"promptPrice": 0.0025, "completionPrice": 0.01, "cacheReadPrice": 0.00125},
        "claude-sonnet-4-5": {"promptPrice": 0.003, "completionPrice": 0.015},
    },
    "embeddings": {"text-embedding-ada-002": 0.0001},
}

prices = Path("prices.json")
prices.write_text(json.dumps(PRICES))
with Telemetry("openlit"):
    openlit.init(service_name="openlit", capture_message_content=True, pricing_json=str(prices))
    client = openai_calls.client(OpenAI)
    openai_calls.make_all(client)
    openai_calls.responses(client)
    anthropic_calls.make_all(anthropic_calls.client(Anthropic))
