//! The cost of our own part: what a record costs between OTLP's bytes and COPY's, on one thread.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use observatory_domain::genai::Mapper;
use observatory_domain::ids::{Ordinal, ProjectId};
use observatory_domain::intake::PolicySnapshot;
use observatory_domain::record::RecordView;
use observatory_domain::time::UnixNanos;
use observatory_otlp::OtlpCodec;
use observatory_ports::driven::{Intake, RecordCodec, Visit};
use observatory_ports::{Request, Signal};
use observatory_postgres::measured::{RowWriter, prepare};
use observatory_tests::workload::{Template, Workload};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

const NOW: u64 = 1_800_000_000_000_000_000;

fn request(workload: Workload) -> Request {
    let body = Template::new(workload).request(1, NOW).into();
    Request { project: ProjectId(0), signal: workload.signal(), body }
}

/// Looks at nothing.
struct Blind;

impl Visit for Blind {
    fn record(&mut self, _: Ordinal, view: RecordView<'_>, _: Range<usize>) {
        black_box(view);
    }
}

/// Maps attributes, and nothing else.
#[derive(Default)]
struct Map(Mapper);

impl Visit for Map {
    fn record(&mut self, _: Ordinal, view: RecordView<'_>, _: Range<usize>) {
        if let RecordView::Span(view) = view {
            self.0.map(view);
            black_box(self.0.remainder());
        }
    }
}

/// Each step includes the ones before it, so that the difference is the step's own.
fn own_part(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("own part");
    for workload in Workload::ALL {
        let request = request(workload);
        let named = |step| BenchmarkId::new(step, workload.name());
        group.throughput(Throughput::Elements(workload.records() as u64));
        group.bench_function(named("prost decodes, for comparison"), |bencher| {
            let body = || request.body.clone();
            match workload.signal() {
                Signal::Traces => bencher.iter(|| ExportTraceServiceRequest::decode(body())),
                Signal::Metrics => bencher.iter(|| ExportMetricsServiceRequest::decode(body())),
                Signal::Logs => bencher.iter(|| ExportLogsServiceRequest::decode(body())),
            }
        });
        group.bench_function(named("walk"), |bencher| {
            bencher.iter(|| OtlpCodec.walk(&request, &mut Blind));
        });
        if workload.signal() == Signal::Traces {
            group.bench_function(named("walk, map"), |bencher| {
                let mut map = Map::default();
                bencher.iter(|| OtlpCodec.walk(&request, &mut map));
            });
        }
        group.bench_function(named("walk, map, write rows"), |bencher| {
            let policy = PolicySnapshot {
                future_max: Duration::from_hours(1),
                age_max: Duration::from_hours(24),
                attributes_max: 8192,
                attribute_bytes_max: 16 << 20,
            };
            let intake = Intake { received_at: UnixNanos(NOW), refused: None, policy: &policy };
            bencher.iter(|| prepare(&OtlpCodec, &request, &intake));
        });
    }
    group.finish();
}

/// A row's fields, without where they come from.
fn row(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("row");
    group.throughput(Throughput::Elements(1));
    group.bench_function("42 fields", |bencher| {
        let mut buffer = Vec::with_capacity(4096);
        bencher.iter(|| {
            buffer.clear();
            let mut row = RowWriter::begin(&mut buffer);
            for _ in 0..6 {
                row.int8(black_box(1));
                row.uuid(black_box([7; 16]));
                row.text(black_box("gpt-4o-mini"));
                row.int4(black_box(2));
                row.float8(black_box(0.5));
                row.null();
                row.timestamptz(black_box(UnixNanos(NOW)));
            }
            row.end();
            black_box(&buffer);
        });
    });
    group.finish();
}

criterion_group!(benches, own_part, row);
criterion_main!(benches);
