"""The spans that Anthropic's SDK itself sends, with content and no other instrumentation."""

import os

os.environ["ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE"] = "content"

from anthropic import Anthropic

import anthropic_calls
from telemetry import Telemetry

with Telemetry("anthropic_sdk"):
    anthropic_calls.make_all(anthropic_calls.client(Anthropic))
