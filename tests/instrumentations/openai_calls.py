"""The calls that the scenarios make with OpenAI's SDK: of each kind one."""

import os

CHAT_MODEL = "gpt-4o"
REASONING_MODEL = "o4-mini"
EMBEDDING_MODEL = "text-embedding-ada-002"

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
WEATHER = {"name": "get_weather", "description": "The weather of a city.", "parameters": PARAMETERS}
TOOLS = [{"type": "function", "function": WEATHER}]


def client(kind):
    """An `OpenAI` of the class `kind`, which the instrumentation may have replaced."""
    url = os.environ["PROVIDER_URL"]
    return kind(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=10)


def make_all(openai):
    """Nine calls: all but those of the Responses API, which not everybody instruments."""
    plain(openai)
    streamed(openai)
    tool(openai)
    streamed_tool(openai)
    cached(openai)
    reasoning(openai)
    embedding(openai)
    refused(openai)


def plain(openai):
    openai.chat.completions.create(
        model=CHAT_MODEL,
        temperature=0.5,
        max_tokens=2000,
        messages=[
            {"role": "system", "content": "You are a painter."},
            {"role": "user", "content": "Which colours has a landscape?"},
        ],
    )


def streamed(openai):
    stream = openai.chat.completions.create(
        model=CHAT_MODEL,
        messages=[
            {"role": "system", "content": "You are a poet."},
            {"role": "user", "content": "Sing of the colours of a landscape."},
        ],
        stream=True,
        stream_options={"include_usage": True},
    )
    for _ in stream:
        pass


def tool(openai):
    """Two calls: the model asks for a tool, and is told what the tool said."""
    messages = [{"role": "user", "content": "How warm is Oslo?"}]
    asked = openai.chat.completions.create(model=CHAT_MODEL, messages=messages, tools=TOOLS)
    message = asked.choices[0].message
    messages.append(message.model_dump(include={"role", "content", "tool_calls"}))
    told = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "18 degrees"}
    messages.append(told)
    openai.chat.completions.create(model=CHAT_MODEL, messages=messages, tools=TOOLS)


def streamed_tool(openai):
    stream = openai.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": "And how warm is Oslo at night?"}],
        tools=TOOLS,
        stream=True,
        stream_options={"include_usage": True},
    )
    for _ in stream:
        pass


def cached(openai):
    openai.chat.completions.create(
        model=CHAT_MODEL,
        messages=[
            {"role": "system", "content": "You are a teacher."},
            {"role": "user", "content": "Tell me again of the colours."},
        ],
    )


def reasoning(openai):
    openai.chat.completions.create(
        model=REASONING_MODEL,
        messages=[{"role": "user", "content": "Why is the grass not blue?"}],
        reasoning_effort="low",
    )


def embedding(openai):
    openai.embeddings.create(model=EMBEDDING_MODEL, input="A blue sky over green grass.")


def refused(openai):
    try:
        openai.chat.completions.create(
            model=CHAT_MODEL,
            messages=[{"role": "user", "content": "Please refuse this."}],
        )
    except Exception as error:
        assert getattr(error, "status_code", None) == 429, error
    else:
        raise AssertionError("the provider answers 429")


def responses(openai):
    """Two calls of the Responses API: whole, with cached tokens and reasoning; and streamed."""
    openai.responses.create(
        model=REASONING_MODEL,
        instructions="You are a physicist.",
        input="Explain again why the sky is blue.",
    )
    stream = openai.responses.create(
        model=CHAT_MODEL,
        instructions="You are a gardener.",
        input="Explain why the grass is green.",
        stream=True,
    )
    for _ in stream:
        pass
