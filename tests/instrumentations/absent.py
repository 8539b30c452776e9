"""Compares what was captured with what was true, and writes each fixture's absent.json.

usage: absent.py FOLDER …    (needs the package opentelemetry-proto)

absent.json lists the facts of truth.json that the capture does not give:

    call      index into truth.json's calls; null: every call that has the fact
    field     the name in truth.json
    reason    why
    gives     what the call's span gives in its place, or null
    sent_as   where the fact stands all the same, for a reader that digs: the provider's raw answer,
              another span of the same call; not there if it stands nowhere

A fact counts as given if the call's own span has it, in an attribute that is meant for it, or a log
event of that span.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from show import value

SDK_SCOPE = "com.anthropic.sdk.python"
HTTP_SCOPE = "opentelemetry.instrumentation.httpx"
NOT_A_CALL = ("invoke_agent", "execute_tool", "answer a reader", "POST /answer")

# Where a fact is looked for; a path has no indices of lists. The first that is found counts.
PATHS = {
    "operation": r"gen_ai\.operation\.name|openinference\.span\.kind|observation\.type",
    "provider": r"gen_ai\.provider\.name|gen_ai\.system|llm\.provider|llm\.system",
    "request_model": r"gen_ai\.request\.model|llm\.request\.model_name"
    r"|(llm|embedding)\.invocation_parameters\.model|langfuse\.observation\.model\.name",
    "response_model": r"gen_ai\.response\.model|llm\.response\.model_name"
    r"|(llm|embedding)\.model_name|langfuse\.observation\.model\.name",
    "response_id": r"gen_ai\.response\.id",
    "input_tokens": r"gen_ai\.usage\.input_tokens|llm\.token_count\.prompt"
    r"|usage_details\.(prompt_tokens|input_tokens|input)",
    "output_tokens": r"gen_ai\.usage\.output_tokens|llm\.token_count\.completion"
    r"|usage_details\.(completion_tokens|output_tokens)",
    "cache_read_tokens": r"gen_ai\.usage\.cache_read\.input_tokens"
    r"|gen_ai\.usage\.details\.cache_read(_input)?_tokens"
    r"|llm\.token_count\.prompt_details\.cache_read|usage_details\.\w+\.cached_tokens",
    "cache_write_tokens": r"gen_ai\.usage\.cache_(write|creation)\.input_tokens"
    r"|gen_ai\.usage\.details\.cache_(write|creation_input)_tokens"
    r"|llm\.token_count\.prompt_details\.cache_write|usage_details\.\w+\.cache_write_tokens",
    "reasoning_tokens": r"gen_ai\.usage\.reasoning(\.output)?_tokens"
    r"|gen_ai\.usage\.details\.(reasoning|thinking)_tokens"
    r"|llm\.token_count\.completion_details\.reasoning|usage_details\.\w+\.reasoning_tokens",
    "finish_reasons": r"gen_ai\.response\.finish_reasons|llm\.finish_reason"
    r"|anthropic\.message\.stop_reason|gen_ai\.output\.messages\.finish_reason"
    r"|body\.finish_reason|observation\.metadata\.finish_reason",
    "streaming": r"gen_ai\.request\.stream|gen_ai\.is_streaming|llm\.invocation_parameters\.stream",
    "http_status": r"http\.response\.status_code",
}
INPUT = r"input|inputs|system_instructions|body|embedding\.text"
TEXTS = {
    "system_text": rf"({INPUT})(\b|_)",
    "user_text": rf"({INPUT})(\b|_)",
    "output_text": r"(output|body\.message)(\b|_)",
}
TOOL_NAME = r"(output|body\.message)(\b|_).*\bname"
OPERATIONS = {
    "LLM": "chat",
    "EMBEDDING": "embeddings",
    "generation": "chat",
    "embedding": "embeddings",
}
RAW = ("input.value", "output.value")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for folder in map(Path, sys.argv[1:]):
        truth = json.loads((folder / "truth.json").read_text())
        entries = merged(list(compare(folder, truth)), truth["calls"])
        lines = ",\n".join(f"  {json.dumps(it, ensure_ascii=False)}" for it in entries)
        (folder / "absent.json").write_text(f"[\n{lines}\n]\n" if entries else "[]\n")
        print(f"{folder.name}: {len(entries)} entries")


@dataclass
class Sent:
    """A span, or what its log events add to it: paths and values, all flattened."""

    name: str
    scope: str
    start: int
    id: str
    parent: str
    leaves: list[tuple[str, object]] = field(default_factory=list)

    def find(self, pattern: str, raw: bool = False) -> list[tuple[str, object]]:
        full = re.compile(rf"(.*\.)?({pattern})$")
        return [
            (path, it)
            for path, it in self.leaves
            if full.match(path) and path.startswith(RAW) == raw
        ]


def calls(folder: Path, truth: dict):
    """For each call its truth, its own span, the other spans of the call."""
    spans = sorted(read_spans(folder), key=lambda it: it.start)
    add_events(folder, spans)
    alone = truth["instrumentation"] == "anthropic_sdk"
    others = [it for it in spans if it.scope == SDK_SCOPE and not alone]
    own = [
        it
        for it in spans
        if it not in others and it.scope != HTTP_SCOPE and not it.name.startswith(NOT_A_CALL)
    ]
    assert len(own) == len(truth["calls"]), [it.name for it in own]
    others = iter(others)
    for call, span in zip(truth["calls"], own, strict=True):
        more = [it for it in spans if it.scope == HTTP_SCOPE and it.parent == span.id]
        if call["provider"] == "anthropic":
            more += [it for it in [next(others, None)] if it]
        more += [it for it in spans if it.id == span.parent]
        yield call, span, more


def compare(folder: Path, truth: dict):
    """The entries, call by call."""
    described = list(calls(folder, truth))
    given_somewhere = {
        name for _, span, _ in described for name in PATHS if given(name, span) not in (None, [])
    }
    says_no = any(given("streaming", span) is False for _, span, _ in described)
    for index, (call, span, more) in enumerate(described):
        for name, true in call.items():
            gives, reason = judge(name, true, span, call)
            if reason is None:
                continue
            if gives is None and name in PATHS and name not in given_somewhere:
                reason = "never sent"
            elif name == "streaming" and true is False and not says_no:
                reason = "sent for streams only"
            entry = {"call": index, "field": name, "reason": reason, "gives": gives}
            where = elsewhere(name, true, span, more)
            if where:
                entry["sent_as"] = where
            yield entry


def judge(name: str, true, span: Sent, call: dict):
    """What is given for a fact, and what is wrong with it, or None."""
    if name in TEXTS:
        right = true is None or holds_text(span, TEXTS[name], true)
        return None, None if right else "not sent"
    if name == "tool_calls":
        names = {it for _, it in span.find(TOOL_NAME)}
        return None, None if names.issuperset(true) else "not sent"
    gives = given(name, span)
    # Why the Responses API stopped nobody knows.
    unknown = name == "finish_reasons" and true is None
    if unknown or gives == true or (gives is None and true == []):
        return None, None
    return gives, why(name, true, gives, call)


def why(name: str, true, gives, call: dict) -> str:
    if gives is None:
        return "zero is not sent" if true == 0 and true is not False else "not sent"
    if true is None:
        what = "the provider said nothing of it"
        return f"{what}: the call failed" if call["http_status"] != 200 else what
    return "sent under other names" if name == "finish_reasons" else "sent wrongly"


def given(name: str, span: Sent, raw: bool = False):
    found = span.find(PATHS[name], raw)
    if name == "finish_reasons":
        for path, _ in found:
            return [it for other, it in found if other == path]
        return None
    if not found:
        return None
    # The pattern's alternatives are in order of preference.
    first = min(found, key=lambda it: preference(PATHS[name], it[0]))[1]
    if name == "operation":
        return OPERATIONS.get(first, first)
    return first


def preference(pattern: str, path: str) -> int:
    alternatives = re.split(r"\|(?![^(]*\))", pattern)
    return next(n for n, it in enumerate(alternatives) if re.match(rf"(.*\.)?({it})$", path))


def holds_text(span: Sent, pattern: str, text: str, raw: bool = False) -> bool:
    # Texts in parts that were given in one piece, and texts in one piece that were given in parts.
    return any(
        it == text
        for path, it in span.leaves
        if path.startswith(RAW) == raw and re.search(rf"(^|[._]){pattern}", path)
    )


RAW_PATHS = {
    "response_id": r"output\.value\.id",
    "cache_read_tokens": r"output\.value\.usage\..*(cached_tokens|cache_read_input_tokens)",
    "cache_write_tokens": r"output\.value\.usage\..*"
    r"(cache_write_tokens|cache_creation_input_tokens)",
    "reasoning_tokens": r"output\.value\.usage\..*(reasoning_tokens|thinking_tokens)",
    "request_model": r"input\.value\.model",
    "response_model": r"output\.value\.model",
    "streaming": r"input\.value\.stream",
}
# Words of one's own in which an instrumentation says a thing after all.
SAID_ELSEWHERE = {
    "response_id": r"observation\.metadata\.id",
    "streaming": r"event\.First Token Stream Event|observation\.completion_start_time"
    r"|time_to_first_chunk|event\.gen_ai\.content\.completion\.chunk",
    "http_status": r"http\.status_code",
}


def elsewhere(name: str, true, span: Sent, more: list[Sent]) -> str | None:
    if true is None or true == [] or (name == "streaming" and true is False):
        return None
    if name in RAW_PATHS:
        for path, it in span.find(RAW_PATHS[name], raw=True):
            if it == true:
                return path
    if name in SAID_ELSEWHERE:
        for path, it in span.find(SAID_ELSEWHERE[name]):
            if it == true or name == "streaming":
                return path
    if name in ("operation", "provider", "request_model"):
        if true in span.name.lower():
            return f"the name of the span, {span.name}"
        if true in span.scope:
            return f"the name of the scope, {span.scope}"
    for other in more:
        if name in TEXTS:
            if holds_text(other, rf"({INPUT}|output|messages|result)\b", true):
                return f"span {other.name}"
            continue
        if name in PATHS and given(name, other) == true:
            path = next(path for path, _ in other.find(PATHS[name]))
            return f"span {other.name}: {path}"
        for path, it in other.find(SAID_ELSEWHERE.get(name, "nothing")):
            if it == true:
                return f"span {other.name}: {path}"
    return None


def merged(entries: list[dict], calls: list[dict]) -> list[dict]:
    """What is the same of every call that has the fact is said once."""
    groups: dict[str, list[dict]] = {}
    for it in entries:
        same = {name: text for name, text in it.items() if name != "call"}
        groups.setdefault(json.dumps(same), []).append(it)
    kept = []
    for group in groups.values():
        having = [call for call in calls if call[group[0]["field"]] not in (None, [])]
        kept += [{**group[0], "call": None}] if len(group) >= len(having) > 1 else group
    return sorted(kept, key=lambda it: (it["call"] is not None, it["call"] or 0))


def read_spans(folder: Path):
    for request in sorted(folder.glob("*.traces.binpb")):
        body = ExportTraceServiceRequest.FromString(request.read_bytes())
        for scope in (it for resource in body.resource_spans for it in resource.scope_spans):
            for it in scope.spans:
                span = Sent(
                    it.name,
                    scope.scope.name,
                    it.start_time_unix_nano,
                    it.span_id.hex(),
                    it.parent_span_id.hex(),
                )
                span.leaves += attributes(it.attributes, "")
                for event in it.events:
                    span.leaves.append((f"event.{event.name}", True))
                yield span


def add_events(folder: Path, spans: list[Sent]):
    by_id = {it.id: it for it in spans}
    for request in sorted(folder.glob("*.logs.binpb")):
        body = ExportLogsServiceRequest.FromString(request.read_bytes())
        for scope in (it for resource in body.resource_logs for it in resource.scope_logs):
            for it in scope.log_records:
                if span := by_id.get(it.span_id.hex()):
                    span.leaves += flat(value(it.body), "event.body")


def attributes(pairs, prefix: str):
    for it in pairs:
        # OpenInference numbers its messages in the key itself.
        key = re.sub(r"\.\d+\b", "", it.key)
        yield from flat(value(it.value), prefix + key)


def flat(it, path: str):
    """The leaves under `it`, also those inside JSON that was sent as text."""
    if isinstance(it, str) and it[:1] in '[{"':
        try:
            it = json.loads(it)
        except ValueError:
            pass
    if isinstance(it, dict):
        for key, inner in it.items():
            yield from flat(inner, f"{path}.{key}")
    elif isinstance(it, list):
        for inner in it:
            yield from flat(inner, path)
    else:
        yield path, it


if __name__ == "__main__":
    main()
