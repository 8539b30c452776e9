"""Sends spans with the official SDK, and prints each as the SDK had it: a JSON object a line.

usage: python_sdk.py ENDPOINT grpc|http gzip|none SPANS
"""

import json
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
)

ODD = 'quotes " and \\ and\nlines\t\x01\x7f — «ünïcödé» 🦀 \u2028 </script>'


def exporter(endpoint, protocol, compression):
    if protocol == "grpc":
        import grpc
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        kind = grpc.Compression.Gzip if compression == "gzip" else grpc.Compression.NoCompression
        return OTLPSpanExporter(endpoint=endpoint, insecure=True, compression=kind)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    kind = Compression.Gzip if compression == "gzip" else Compression.NoCompression
    return OTLPSpanExporter(endpoint=endpoint, compression=kind)


def remote(number):
    state = TraceState([("vendor", f"v{number}"), ("other", "o")])
    flags = TraceFlags(TraceFlags.SAMPLED)
    context = SpanContext(0x1000 + number, 0x2000 + number, True, flags, state)
    return trace.set_span_in_context(NonRecordingSpan(context))


def turn(tracer, number):
    """Five spans: a server's, an agent's, a call with everything, a tool's that fails, a plain one."""
    parent = remote(number) if number % 3 == 0 else None
    with tracer.start_as_current_span("POST /chat", context=parent, kind=SpanKind.SERVER) as server:
        server.set_attribute("http.route", "/chat")
        server.set_status(Status(StatusCode.OK))
        with tracer.start_as_current_span(f"invoke_agent {number}") as agent:
            agent.set_attribute("gen_ai.operation.name", "invoke_agent")
            agent.set_attribute("gen_ai.agent.name", f"agent {ODD}")
            link = Link(server.get_span_context(), {"why": "asked", "n": number})
            with tracer.start_as_current_span("chat", kind=SpanKind.CLIENT, links=[link]) as chat:
                call(chat, number)
            with tracer.start_as_current_span("execute_tool weather", record_exception=False) as tool:
                tool.set_attribute("gen_ai.tool.name", "weather")
                tool.set_attribute("gen_ai.tool.call.arguments", json.dumps({"city": "Zürich"}))
                tool.set_attribute("error.type", "TimeoutError")
                tool.record_exception(TimeoutError(f"after {number} s: {ODD}"))
                tool.set_status(Status(StatusCode.ERROR, f"timed out: {ODD}"))
    with tracer.start_as_current_span("plain", kind=SpanKind.PRODUCER):
        pass


def call(span, number):
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"{ODD} {number}"}]}]
    span.set_attributes(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.response.id": f"chatcmpl-{number}",
            "gen_ai.response.finish_reasons": ["stop", "length"],
            "gen_ai.usage.input_tokens": 1000 + number,
            "gen_ai.usage.output_tokens": number,
            "gen_ai.usage.cache_read.input_tokens": 2**40 + number,
            "gen_ai.request.temperature": 0.1 + number / 7,
            "gen_ai.request.top_p": 1.0,
            "gen_ai.request.max_tokens": 4096,
            "gen_ai.request.stream": number % 2 == 0,
            "gen_ai.conversation.id": f"conversation-{number // 5}",
            "user.id": f"user {ODD}",
            "gen_ai.input.messages": json.dumps(messages),
            "gen_ai.output.messages": json.dumps(messages, ensure_ascii=False),
            "app.text": ODD,
            "app.empty": "",
            "app.long": "x" * (number % 2000),
            "app.smallest": -(2**63),
            "app.largest": 2**63 - 1,
            "app.whole": 3.0,
            "app.huge": 1e300,
            "app.tiny": 5e-324,
            "app.round": 1e16,
            "app.third": 1 / 3,
            "app.truth": True,
            "app.texts": ["a", "", ODD],
            "app.numbers": [1, -2, 3],
            "app.doubles": [0.5, 2.0],
            "app.truths": [True, False],
            "app.none": [],
            ODD: "a key",
        }
    )
    for event in range(number % 4):
        span.add_event(f"token {event}", {"index": event, "text": ODD, "score": 0.25})


def typed(value):
    if isinstance(value, bool):
        return {"Bool": value}
    if isinstance(value, int):
        return {"Int": value}
    if isinstance(value, float):
        return {"Double": repr(value)}
    if isinstance(value, str):
        return {"Text": value}
    return {"List": [typed(item) for item in value]}


def attributes(of):
    return [[key, typed(value)] for key, value in (of or {}).items()]


def state(context):
    return ",".join(f"{key}={value}" for key, value in context.trace_state.items())


def flags(context):
    # What this SDK's exporter encodes: whether the context is known to be remote, and whether it is.
    return 0x300 if context is not None and context.is_remote else 0x100


def sent(span):
    context = span.get_span_context()
    scope = span.instrumentation_scope
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "trace_state": state(context),
        "flags": flags(span.parent),
        "name": span.name,
        "kind": span.kind.value + 1,
        "start": span.start_time,
        "end": span.end_time,
        "attributes": attributes(span.attributes),
        "dropped_attributes": span.dropped_attributes,
        "events": [
            {
                "time": event.timestamp,
                "name": event.name,
                "attributes": attributes(event.attributes),
                "dropped_attributes": event.dropped_attributes,
            }
            for event in span.events
        ],
        "dropped_events": span.dropped_events,
        "links": [
            {
                "trace_id": f"{link.context.trace_id:032x}",
                "span_id": f"{link.context.span_id:016x}",
                # Not encoded by this SDK's exporter.
                "trace_state": "",
                "flags": flags(link.context),
                "attributes": attributes(link.attributes),
                "dropped_attributes": link.dropped_attributes,
            }
            for link in span.links
        ],
        "dropped_links": span.dropped_links,
        "status": span.status.status_code.value,
        "status_message": span.status.description or "",
        "scope": {
            "name": scope.name,
            "version": scope.version or "",
            "schema_url": scope.schema_url or "",
            "attributes": attributes(scope.attributes),
        },
        "resource": {
            "schema_url": span.resource.schema_url,
            "attributes": attributes(span.resource.attributes),
        },
    }


def main():
    endpoint, protocol, compression, spans = sys.argv[1:]
    resource = Resource.create({"service.name": "travel", "app.ports": [1, 2]}, "https://resource/1")
    provider = TracerProvider(resource=resource, span_limits=SpanLimits(max_events=2))
    memory = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    sender = exporter(endpoint, protocol, compression)
    provider.add_span_processor(BatchSpanProcessor(sender, max_queue_size=int(spans) * 2))
    plain = provider.get_tracer("plain")
    full = provider.get_tracer("full", "1.2.3", "https://scope/1", {"scope.kind": "full", "n": 1})
    for number in range(int(spans) // 5):
        turn(full if number % 2 else plain, number)
    assert provider.force_flush(60_000)
    for span in memory.get_finished_spans():
        print(json.dumps(sent(span)))
    provider.shutdown()


if __name__ == "__main__":
    main()
