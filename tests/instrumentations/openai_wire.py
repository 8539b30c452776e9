"""OpenAI's APIs: how a request is read, and how an answer is written, whole or as a stream."""

import base64
import json
import struct

from answers import Answer, Question

CREATED = 1_760_000_000  # what "created" says in every answer
EMBEDDING = [0.25, -0.5, 0.75, 1.0]
PIECES = 3  # how many deltas a streamed text has

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
EMBEDDINGS = "/v1/embeddings"
ID_PREFIXES = {CHAT: "chatcmpl-", RESPONSES: "resp_", EMBEDDINGS: "none-"}


def read(path: str, body: dict) -> Question:
    """The question that was POSTed to `path`."""
    if path == EMBEDDINGS:
        text = body["input"] if isinstance(body["input"], str) else body["input"][-1]
        return Question("embeddings", "openai", body["model"], False, None, text, [], False, False)
    messages = body["messages"] if path == CHAT else _items(body)
    tools = [tool.get("name") or tool["function"]["name"] for tool in body.get("tools") or []]
    system = [_text(it) for it in messages if it.get("role") in ("system", "developer")]
    last = messages[-1]
    return Question(
        operation="chat",
        provider="openai",
        model=body["model"],
        streaming=bool(body.get("stream")),
        system_text="\n".join(system) or None,
        user_text=[_text(it) for it in messages if it.get("role") == "user"][-1],
        tools=tools,
        answers_tool=last.get("role") == "tool" or last.get("type") == "function_call_output",
        reasons=body["model"].startswith("o"),
        usage_in_stream=path == RESPONSES or _includes_usage(body),
    )


def whole(path: str, body: dict, answer: Answer) -> dict:
    """The answer in one piece."""
    if answer.status != 200:
        message = f"Rate limit reached for {body['model']}."
        return {"error": {"message": message, "type": "requests", "code": "rate_limit_exceeded"}}
    if path == EMBEDDINGS:
        return _embedding(body, answer)
    return _completion(answer) if path == CHAT else _response(body, answer)


def stream(path: str, body: dict, answer: Answer) -> list[str]:
    """The answer as server-sent events."""
    if path == RESPONSES:
        events = _response_events(body, answer)
        return [f"event: {it['type']}\ndata: {json.dumps(it)}\n\n" for it in events]
    chunks = _chunks(answer, _includes_usage(body))
    return [f"data: {json.dumps(it)}\n\n" for it in chunks] + ["data: [DONE]\n\n"]


def finish_reasons(path: str, answer: Answer) -> list[str] | None:
    """What the API says of why it stopped; the Responses API says nothing, so nobody knows."""
    if path == RESPONSES and answer.status == 200:
        return None
    if path == EMBEDDINGS or answer.status != 200:
        return []
    return [_finish_reason(answer)]


def pieces(text: str) -> list[str]:
    size = -(-len(text) // PIECES) or 1
    return [text[at : at + size] for at in range(0, len(text), size)]


def _includes_usage(body: dict) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))


def _items(body: dict) -> list[dict]:
    given = body["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    instructions = body.get("instructions")
    return ([{"role": "system", "content": instructions}] if instructions else []) + items


def _text(message: dict) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(it["text"] for it in content)


def _finish_reason(answer: Answer) -> str:
    return "tool_calls" if answer.tool_calls else "stop"


def _usage(answer: Answer) -> dict:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {"cached_tokens": answer.cache_read_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": answer.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _tool_calls(answer: Answer) -> list[dict]:
    return [
        {
            "id": it.id,
            "type": "function",
            "function": {"name": it.name, "arguments": json.dumps(it.arguments)},
        }
        for it in answer.tool_calls
    ]


def _completion(answer: Answer) -> dict:
    message = {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []}
    if answer.tool_calls:
        message["tool_calls"] = _tool_calls(answer)
    return {
        "id": answer.id,
        "object": "chat.completion",
        "created": CREATED,
        "model": answer.model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": _finish_reason(answer),
            }
        ],
        "usage": _usage(answer),
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }


def _chunks(answer: Answer, includes_usage: bool) -> list[dict]:
    deltas = [{"role": "assistant", "content": "" if answer.text else None}]
    deltas += [{"content": piece} for piece in pieces(answer.text or "")]
    for index, call in enumerate(_tool_calls(answer)):
        arguments = call["function"]["arguments"]
        opening = {**call, "index": index, "function": {**call["function"], "arguments": ""}}
        deltas.append({"tool_calls": [opening]})
        for piece in pieces(arguments):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    choices = [{"index": 0, "delta": it, "finish_reason": None} for it in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": _finish_reason(answer)})
    frame = {
        "id": answer.id,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }
    chunks = [{**frame, "choices": [choice]} for choice in choices]
    if includes_usage:
        chunks = [{**chunk, "usage": None} for chunk in chunks]
        chunks.append({**frame, "choices": [], "usage": _usage(answer)})
    return chunks


def _embedding(body: dict, answer: Answer) -> dict:
    as_text = body.get("encoding_format") == "base64"
    vector = base64.b64encode(struct.pack("<4f", *EMBEDDING)).decode() if as_text else EMBEDDING
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "model": answer.model,
        "usage": {"prompt_tokens": answer.input_tokens, "total_tokens": answer.input_tokens},
    }


def _output_items(answer: Answer) -> list[dict]:
    items = []
    if answer.reasoning_tokens:
        items.append({"id": f"rs_fake{answer.number:04}", "type": "reasoning", "summary": []})
    if answer.text:
        part = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        items.append(
            {
                "id": f"msg_fake{answer.number:04}",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [part],
            }
        )
    for call in answer.tool_calls:
        items.append(
            {
                "id": f"fc_fake{answer.number:04}",
                "type": "function_call",
                "status": "completed",
                "call_id": call.id,
                "name": call.name,
                "arguments": json.dumps(call.arguments),
            }
        )
    return items


def _response(body: dict, answer: Answer) -> dict:
    return {
        "id": answer.id,
        "object": "response",
        "created_at": CREATED,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "model": answer.model,
        "output": _output_items(answer),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "top_p": 1.0,
        "metadata": {},
        "usage": {
            "input_tokens": answer.input_tokens,
            "input_tokens_details": {
                "cached_tokens": answer.cache_read_tokens,
                "cache_write_tokens": 0,
            },
            "output_tokens": answer.output_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": answer.input_tokens + answer.output_tokens,
        },
    }


def _response_events(body: dict, answer: Answer) -> list[dict]:
    complete = _response(body, answer)
    begun = {**complete, "status": "in_progress", "output": [], "usage": None}
    events = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(complete["output"]):
        place = {"output_index": index}
        events.append({"type": "response.output_item.added", "item": item, **place})
        if item["type"] == "message":
            events += _text_events(item, place)
        if item["type"] == "function_call":
            name = "response.function_call_arguments"
            arguments = item["arguments"]
            place_of_item = {"item_id": item["id"], **place}
            events.append({"type": f"{name}.delta", "delta": arguments, **place_of_item})
            events.append({"type": f"{name}.done", "arguments": arguments, **place_of_item})
        events.append({"type": "response.output_item.done", "item": item, **place})
    events.append({"type": "response.completed", "response": complete})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _text_events(item: dict, place: dict) -> list[dict]:
    part = item["content"][0]
    place = {"item_id": item["id"], "content_index": 0, **place}
    empty = {**part, "text": ""}
    events = [{"type": "response.content_part.added", "part": empty, **place}]
    for piece in pieces(part["text"]):
        delta = {"type": "response.output_text.delta", "delta": piece, "logprobs": []}
        events.append({**delta, **place})
    done = {"type": "response.output_text.done", "text": part["text"], "logprobs": []}
    events.append({**done, **place})
    events.append({"type": "response.content_part.done", "part": part, **place})
    return events
