"""The calls that the scenarios make with Anthropic's SDK: of each kind one."""

import os

MODEL = "claude-sonnet-4-5"
REASONING_MODEL = "claude-opus-4-1"
TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather of a city.",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
]


def client(kind):
    """An `Anthropic` of the class `kind`."""
    return kind(base_url=os.environ["PROVIDER_URL"], api_key="none", max_retries=0, timeout=10)


def make_all(anthropic):
    """Nine calls."""
    for calls in KINDS:
        calls(anthropic)


def plain(anthropic):
    anthropic.messages.create(
        model=MODEL,
        max_tokens=2000,
        system="You are a painter.",
        messages=[{"role": "user", "content": "Which colours has a landscape?"}],
    )


def streamed(anthropic):
    stream = anthropic.messages.create(
        model=MODEL,
        max_tokens=2000,
        system="You are a poet.",
        messages=[{"role": "user", "content": "Sing of the colours of a landscape."}],
        stream=True,
    )
    for _ in stream:
        pass


def tool(anthropic):
    """Two calls: the model asks for a tool, and is told what the tool said."""
    messages = [{"role": "user", "content": "How warm is Oslo?"}]
    common = {"model": MODEL, "max_tokens": 2000, "tools": TOOLS}
    asked = anthropic.messages.create(messages=messages, **common)
    call = asked.content[-1]
    said = [it.model_dump(exclude_none=True) for it in asked.content]
    told = {"type": "tool_result", "tool_use_id": call.id, "content": "18 degrees"}
    messages += [{"role": "assistant", "content": said}, {"role": "user", "content": [told]}]
    anthropic.messages.create(messages=messages, **common)


def cached(anthropic):
    """Two calls: one writes to the cache, the next reads from it and writes a little more."""
    for text in ("Please remember the colours.", "Tell me again, and remember the colours."):
        anthropic.messages.create(
            model=MODEL, max_tokens=2000, system=TEACHER, messages=[said(text)]
        )


def streamed_cached(anthropic):
    with anthropic.messages.stream(
        model=MODEL,
        max_tokens=2000,
        system=TEACHER,
        messages=[said("Sing of it again, and remember the song.")],
    ) as stream:
        for _ in stream.text_stream:
            pass


def reasoning(anthropic):
    anthropic.messages.create(
        model=REASONING_MODEL,
        max_tokens=4000,
        thinking={"type": "enabled", "budget_tokens": 2000},
        messages=[{"role": "user", "content": "Why is the grass not blue?"}],
    )


def refused(anthropic):
    try:
        anthropic.messages.create(
            model=MODEL,
            max_tokens=2000,
            messages=[{"role": "user", "content": "Please refuse this."}],
        )
    except Exception as error:
        assert getattr(error, "status_code", None) == 429, error
    else:
        raise AssertionError("the provider answers 429")


TEACHER = [
    {"type": "text", "text": "You are a teacher.", "cache_control": {"type": "ephemeral"}},
]


def said(text):
    return {"role": "user", "content": [{"type": "text", "text": text}]}


KINDS = (plain, streamed, tool, cached, streamed_cached, reasoning, refused)
