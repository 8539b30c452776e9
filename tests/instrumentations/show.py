"""Prints fixture folders for people: spans with what hangs on them, logs, metrics.

usage: show.py FOLDER …    (needs the package opentelemetry-proto)
"""

import sys
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for folder in sys.argv[1:]:
        for request in sorted(Path(folder).glob("*.binpb")):
            print(f"\n==== {folder}/{request.name} ({request.stat().st_size} bytes)")
            SHOW[request.name.split(".")[1]](request.read_bytes())


def show_traces(body: bytes):
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        show_resource(resource)
        for scope in resource.scope_spans:
            show_scope(scope)
            for span in scope.spans:
                show_span(span)


def show_span(span):
    kind = Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_")
    status = Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_")
    milliseconds = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
    print(f"\n  SPAN {span.name!r} {kind} {status} {span.status.message[:80]!r}")
    ids = f"trace {span.trace_id.hex()[:8]} span {span.span_id.hex()}"
    print(f"    {ids} parent {span.parent_span_id.hex() or '-'} {milliseconds:.1f} ms")
    show_attributes(span.attributes, "    ")
    for event in span.events:
        print(f"    EVENT {event.name!r}")
        show_attributes(event.attributes, "      ")
    for link in span.links:
        print(f"    LINK {link.span_id.hex()}")


def show_logs(body: bytes):
    for resource in ExportLogsServiceRequest.FromString(body).resource_logs:
        show_resource(resource)
        for scope in resource.scope_logs:
            show_scope(scope)
            for record in scope.log_records:
                ids = f"trace {record.trace_id.hex()[:8]} span {record.span_id.hex()}"
                print(f"\n  LOG {record.event_name!r} {ids}")
                print(f"    body {value(record.body)!r}")
                show_attributes(record.attributes, "    ")


def show_metrics(body: bytes):
    for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        show_resource(resource)
        for scope in resource.scope_metrics:
            show_scope(scope)
            for metric in scope.metrics:
                data = metric.WhichOneof("data")
                print(f"\n  METRIC {metric.name!r} [{metric.unit}] {data}")
                for point in getattr(metric, data).data_points:
                    fields = ("sum", "count", "as_int", "as_double")
                    found = {it: getattr(point, it) for it in fields if hasattr(point, it)}
                    attributes = {it.key: value(it.value) for it in point.attributes}
                    print(f"    {found} {attributes}")


def show_resource(resource):
    print("RESOURCE", {it.key: value(it.value) for it in resource.resource.attributes})


def show_scope(scope):
    print(f" SCOPE {scope.scope.name!r} {scope.scope.version!r} schema {scope.schema_url!r}")


def show_attributes(attributes, indent: str):
    for it in attributes:
        shown = repr(value(it.value))
        more = f" … {len(shown)} characters" if len(shown) > TEXT_MAX else ""
        print(f"{indent}{it.key} = {shown[:TEXT_MAX]}{more}")


TEXT_MAX = 600


def value(any_value):
    """A protobuf AnyValue as Python's."""
    kind = any_value.WhichOneof("value")
    if kind == "array_value":
        return [value(it) for it in any_value.array_value.values]
    if kind == "kvlist_value":
        return {it.key: value(it.value) for it in any_value.kvlist_value.values}
    return getattr(any_value, kind) if kind else None


SHOW = {"traces": show_traces, "logs": show_logs, "metrics": show_metrics}

if __name__ == "__main__":
    main()
