"""Anthropic's Messages API: how a request is read, and how an answer is written.

On this wire `input_tokens` leaves out what the cache gave or took.
"""

import json

from answers import Answer, Question
from openai_wire import pieces

MESSAGES = "/v1/messages"
ID_PREFIX = "msg_"


def read(body: dict) -> Question:
    messages = body["messages"]
    asked = [it for it in messages if it["role"] == "user"]
    texts = [text for text in map(_text, map(_content, asked)) if text]
    last = messages[-1]["content"]
    answers_tool = not isinstance(last, str) and any(it["type"] == "tool_result" for it in last)
    return Question(
        operation="chat",
        provider="anthropic",
        model=body["model"],
        streaming=bool(body.get("stream")),
        system_text=_text(body.get("system")) or None,
        user_text=texts[-1],
        tools=[tool["name"] for tool in body.get("tools") or []],
        answers_tool=answers_tool,
        reasons=(body.get("thinking") or {}).get("type") == "enabled",
    )


def whole(body: dict, answer: Answer) -> dict:
    """The answer in one piece."""
    if answer.status != 200:
        error = {"type": "rate_limit_error", "message": f"Rate limit reached for {body['model']}."}
        return {"type": "error", "error": error, "request_id": f"req_fake{answer.number:04}"}
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": _blocks(answer),
        "stop_reason": _stop_reason(answer),
        "stop_sequence": None,
        "usage": _usage(answer),
    }


def stream(body: dict, answer: Answer) -> list[str]:
    """The answer as server-sent events."""
    complete = whole(body, answer)
    # As the real API does: all of the input and one token of the output first, totals at the end.
    usage = {**complete["usage"], "output_tokens": 1}
    usage.pop("output_tokens_details")
    begun = {**complete, "content": [], "stop_reason": None, "usage": usage}
    events = [{"type": "message_start", "message": begun}]
    for index, block in enumerate(complete["content"]):
        empty, deltas = _deltas(block)
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        for delta in deltas:
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    stopped = {"stop_reason": complete["stop_reason"], "stop_sequence": None}
    usage = {key: it for key, it in complete["usage"].items() if key not in STATED_ONCE}
    events.append({"type": "message_delta", "delta": stopped, "usage": usage})
    events.append({"type": "message_stop"})
    return [f"event: {it['type']}\ndata: {json.dumps(it)}\n\n" for it in events]


def finish_reasons(answer: Answer) -> list[str]:
    return [_stop_reason(answer)] if answer.status == 200 else []


# Parts of the usage that only the beginning of a stream has.
STATED_ONCE = ("cache_creation", "service_tier")


def _content(message: dict):
    return message["content"]


def _text(content) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(it["text"] for it in content if it["type"] == "text")


def _stop_reason(answer: Answer) -> str:
    return "tool_use" if answer.tool_calls else "end_turn"


def _usage(answer: Answer) -> dict:
    cached = answer.cache_read_tokens + answer.cache_write_tokens
    return {
        "input_tokens": answer.input_tokens - cached,
        "cache_creation_input_tokens": answer.cache_write_tokens,
        "cache_read_input_tokens": answer.cache_read_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": answer.cache_write_tokens,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"thinking_tokens": answer.reasoning_tokens},
        "service_tier": "standard",
    }


def _blocks(answer: Answer) -> list[dict]:
    blocks = []
    if answer.thought:
        blocks.append({"type": "thinking", "thinking": answer.thought, "signature": "c2lnbmVk"})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    for it in answer.tool_calls:
        blocks.append({"type": "tool_use", "id": it.id, "name": it.name, "input": it.arguments})
    return blocks


def _deltas(block: dict) -> tuple[dict, list[dict]]:
    """A block as a stream opens it, and what then fills it."""
    if block["type"] == "text":
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
        return {**block, "text": ""}, deltas
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": it} for it in pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
        return {**block, "thinking": "", "signature": ""}, deltas
    arguments = pieces(json.dumps(block["input"]))
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in arguments]
    return {**block, "input": {}}, deltas
