//! From events to instruments.
//!
//! Called for every request and batch, never for a record. Attributes are built on the stack from
//! static names, so that nothing is allocated; the SDK then finds the series under a read lock.

use std::time::Duration;

use observatory_ports::driven::Event;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::catalog::{self, Kind, Metric, reason};

#[derive(Debug)]
pub(super) struct Instruments {
    requests: Counter<u64>,
    request_duration: Histogram<f64>,
    request_size: Histogram<u64>,
    records_stored: Counter<u64>,
    records_refused: Counter<u64>,
    copy_duration: Histogram<f64>,
    copy_batch_size: Histogram<u64>,
    copy_errors: Counter<u64>,
    batches: Counter<u64>,
    batch_requests: Histogram<u64>,
    query_duration: Histogram<f64>,
}

impl Instruments {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            requests: counter(meter, &catalog::REQUESTS),
            request_duration: seconds(meter, &catalog::REQUEST_DURATION),
            request_size: sizes(meter, &catalog::REQUEST_SIZE),
            records_stored: counter(meter, &catalog::RECORDS_STORED),
            records_refused: counter(meter, &catalog::RECORDS_REFUSED),
            copy_duration: seconds(meter, &catalog::COPY_DURATION),
            copy_batch_size: sizes(meter, &catalog::COPY_BATCH_SIZE),
            copy_errors: counter(meter, &catalog::COPY_ERRORS),
            batches: counter(meter, &catalog::BATCHES),
            batch_requests: sizes(meter, &catalog::BATCH_REQUESTS),
            query_duration: seconds(meter, &catalog::QUERY_DURATION),
        }
    }

    pub(super) fn observe(&self, event: Event) {
        match event {
            Event::Answered { signal, transport, outcome, bytes, took } => {
                let way = [label("signal", signal.name()), label("transport", transport)];
                self.request_size.record(bytes, &way);
                let [signal, transport] = way;
                let answer = [signal, transport, label("outcome", outcome.name())];
                self.requests.add(1, &answer);
                record(&self.request_duration, took, &answer);
            }
            Event::Refused { reason, records } => {
                self.records_refused.add(records, &[label("reason", reason)]);
            }
            Event::Committed { rows, entries, reason: why, took } => {
                self.records_stored.add(rows, &[]);
                self.copy_batch_size.record(rows, &[]);
                self.batch_requests.record(entries, &[]);
                self.batches.add(1, &[label("reason", reason(why))]);
                record(&self.copy_duration, took, &[]);
            }
            Event::CommitFailed { class } => {
                self.copy_errors.add(1, &[label("class", class.name())]);
            }
            Event::Queried { operation, took } => {
                record(&self.query_duration, took, &[label("operation", operation)]);
            }
        }
    }
}

fn label(name: &'static str, value: &'static str) -> KeyValue {
    KeyValue::new(name, value)
}

fn record(histogram: &Histogram<f64>, took: Duration, attributes: &[KeyValue]) {
    histogram.record(took.as_secs_f64(), attributes);
}

fn counter(meter: &Meter, metric: &Metric) -> Counter<u64> {
    let counter = meter.u64_counter(metric.name).with_description(metric.help);
    counter.with_unit(metric.unit).build()
}

fn seconds(meter: &Meter, metric: &Metric) -> Histogram<f64> {
    let histogram = meter.f64_histogram(metric.name).with_description(metric.help);
    histogram.with_unit(metric.unit).with_boundaries(bounds(metric)).build()
}

fn sizes(meter: &Meter, metric: &Metric) -> Histogram<u64> {
    let histogram = meter.u64_histogram(metric.name).with_description(metric.help);
    histogram.with_unit(metric.unit).with_boundaries(bounds(metric)).build()
}

fn bounds(metric: &Metric) -> Vec<f64> {
    match metric.kind {
        Kind::Histogram { bounds } => bounds.to_vec(),
        Kind::Counter | Kind::Gauge => Vec::new(),
    }
}
