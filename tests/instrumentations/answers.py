"""What the fake provider answers: a pure function of the question and the number of the call.

No two calls share an id, a text or a token count, so a value in a capture belongs to one call.
"""

from dataclasses import dataclass, field

# A question that holds one of these words gets the special answer.
REFUSE = "refuse"  # HTTP 429
CACHE_READ = "again"  # part of the input came from the cache
CACHE_WRITE = "remember"  # part of the input went to the cache

# As the real providers do, the answer names a dated model.
RESPONSE_MODELS = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "o4-mini": "o4-mini-2025-04-16",
    "text-embedding-ada-002": "text-embedding-ada-002-v2",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-opus-4-1": "claude-opus-4-1-20250805",
}


@dataclass(frozen=True)
class Question:
    """A request, whatever its API."""

    operation: str
    provider: str
    model: str
    streaming: bool
    system_text: str | None
    user_text: str
    tools: list[str]
    answers_tool: bool
    reasons: bool
    usage_in_stream: bool = True


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    arguments: dict


@dataclass(frozen=True)
class Answer:
    """`input_tokens` includes the cache's, `output_tokens` the reasoning's."""

    number: int
    status: int
    model: str
    id: str | None
    text: str | None
    thought: str | None
    tool_calls: list[ToolCall] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


def answer(question: Question, number: int, id_prefix: str) -> Answer:
    """The answer to the call that is the provider's `number`-th."""
    calls_tool = bool(question.tools) and not question.answers_tool
    cache_read = 640 + 17 * number if CACHE_READ in question.user_text else 0
    cache_write = 384 + 19 * number if CACHE_WRITE in question.user_text else 0
    reasoning = 192 + 23 * number if question.reasons else 0
    return Answer(
        number=number,
        status=429 if REFUSE in question.user_text else 200,
        model=RESPONSE_MODELS[question.model],
        id=f"{id_prefix}fake{number:04}",
        text=_text(question, number, calls_tool),
        thought=f"Thought {number}: the question is short." if question.reasons else None,
        tool_calls=[_tool_call(question, number)] if calls_tool else [],
        input_tokens=1103 + 101 * number + cache_read + cache_write,
        output_tokens=307 + 13 * number + reasoning,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        reasoning_tokens=reasoning,
    )


def _text(question: Question, number: int, calls_tool: bool) -> str | None:
    if not calls_tool:
        return f"Answer {number}: the sky is blue, the grass is green."
    # Anthropic's models announce what they do, OpenAI's mostly call in silence.
    return f"Answer {number}: let me look that up." if question.provider == "anthropic" else None


def _tool_call(question: Question, number: int) -> ToolCall:
    prefix = "toolu_fake" if question.provider == "anthropic" else "call_fake"
    return ToolCall(f"{prefix}{number:04}", question.tools[0], {"city": "Oslo"})
