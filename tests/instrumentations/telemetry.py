"""The OpenTelemetry SDK of a scenario: everything goes to the collector, at the end, once."""

import os

from opentelemetry import _logs, metrics, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

NEVER_MS = 3_600_000  # longer than a scenario lives: metrics leave at the shutdown only


class Telemetry:
    """The three providers; also the global ones, as in an application."""

    def __init__(self, service_name: str):
        collector = os.environ["COLLECTOR_URL"]
        resource = Resource({"service.name": service_name})

        spans = OTLPSpanExporter(endpoint=f"{collector}/v1/traces")
        self.traces = TracerProvider(resource=resource)
        self.traces.add_span_processor(BatchSpanProcessor(spans))
        trace.set_tracer_provider(self.traces)

        logs = OTLPLogExporter(endpoint=f"{collector}/v1/logs")
        self.logs = LoggerProvider(resource=resource)
        self.logs.add_log_record_processor(BatchLogRecordProcessor(logs))
        _logs.set_logger_provider(self.logs)

        values = OTLPMetricExporter(endpoint=f"{collector}/v1/metrics")
        reader = PeriodicExportingMetricReader(values, export_interval_millis=NEVER_MS)
        self.metrics = MeterProvider(resource=resource, metric_readers=[reader])
        metrics.set_meter_provider(self.metrics)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.traces.shutdown()
        self.logs.shutdown()
        self.metrics.shutdown()

    @property
    def providers(self) -> dict:
        """What an instrumentor's `instrument` takes."""
        return {
            "tracer_provider": self.traces,
            "meter_provider": self.metrics,
            "logger_provider": self.logs,
        }
