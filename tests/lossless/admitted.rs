//! Generated requests, made such that each of their records is admitted: with times of the last hour
//! where records are placed by them, with valid ids, and with data that belong together. Spans get
//! attributes that typed columns keep, in every form that they may have. Half of everything is made plain.

use observatory_domain::genai::name_of;
use observatory_ports::Signal;
use observatory_tests::otlp::now;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{HistogramDataPoint, Metric, NumberDataPoint};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use prost::Message;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::generate::request_of;
use crate::plain;

const HOUR_NANOS: u64 = 3_600_000_000_000;
/// A request of several huge texts takes long and shows nothing new.
const REQUEST_BYTES_MAX: usize = 1 << 20;

/// `count` requests of `signal`; the same for the same seed, but for the time.
pub(crate) fn requests(signal: Signal, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (strategy, mut make) = (request_of(signal), Make::new(seed));
    let generated = std::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap().current());
    let small = generated.filter(|it| it.len() <= REQUEST_BYTES_MAX);
    small.map(|it| make.request(signal, &it)).take(count).collect()
}

struct Make {
    random: StdRng,
    now: u64,
    /// Of attributes that may fill a typed column.
    names: Vec<&'static str>,
}

impl Make {
    fn new(seed: u64) -> Self {
        let names = (0..512).filter_map(name_of).collect();
        Self { random: StdRng::seed_from_u64(seed), now: now(), names }
    }

    fn request(&mut self, signal: Signal, body: &[u8]) -> Vec<u8> {
        match signal {
            Signal::Traces => {
                let mut request = ExportTraceServiceRequest::decode(body).unwrap();
                for group in &mut request.resource_spans {
                    self.resource(group.resource.as_mut());
                    for group in &mut group.scope_spans {
                        self.scope(group.scope.as_mut());
                        group.spans.iter_mut().for_each(|it| self.span(it));
                    }
                }
                request.encode_to_vec()
            }
            Signal::Logs => {
                let mut request = ExportLogsServiceRequest::decode(body).unwrap();
                for group in &mut request.resource_logs {
                    self.resource(group.resource.as_mut());
                    for group in &mut group.scope_logs {
                        self.scope(group.scope.as_mut());
                        group.log_records.iter_mut().for_each(|it| self.log(it));
                    }
                }
                request.encode_to_vec()
            }
            Signal::Metrics => {
                let mut request = ExportMetricsServiceRequest::decode(body).unwrap();
                for group in &mut request.resource_metrics {
                    self.resource(group.resource.as_mut());
                    for group in &mut group.scope_metrics {
                        self.scope(group.scope.as_mut());
                        group.metrics.iter_mut().for_each(|it| self.metric(it));
                    }
                }
                request.encode_to_vec()
            }
        }
    }

    fn resource(&mut self, resource: Option<&mut Resource>) {
        if let Some(resource) = resource
            && self.random.random()
        {
            plain::resource(resource);
        }
    }

    fn scope(&mut self, scope: Option<&mut InstrumentationScope>) {
        if let Some(scope) = scope
            && self.random.random()
        {
            plain::scope(scope);
        }
    }

    fn time(&mut self) -> u64 {
        self.now - self.random.random_range(0..HOUR_NANOS)
    }

    fn span(&mut self, span: &mut Span) {
        span.start_time_unix_nano = self.time();
        valid(&mut span.trace_id, 16);
        valid(&mut span.span_id, 8);
        for _ in 0..self.random.random_range(0..8) {
            let place = self.random.random_range(0..=span.attributes.len());
            let key = (*self.names.choose(&mut self.random).unwrap()).to_owned();
            let value = Some(AnyValue { value: self.value() });
            span.attributes.insert(place, KeyValue { key, value, key_strindex: 0 });
        }
        if self.random.random() {
            plain::span(span);
        }
    }

    fn log(&mut self, log: &mut LogRecord) {
        if self.random.random() {
            plain::log(log);
        }
        (log.time_unix_nano, log.observed_time_unix_nano) = match self.random.random_range(0..5) {
            0 => (0, self.time()),
            1 => (0, 0),
            _ => (self.time(), log.observed_time_unix_nano),
        };
    }

    fn metric(&mut self, metric: &mut Metric) {
        if self.random.random() {
            plain::metric(metric);
        }
        let Some(data) = &mut metric.data else { return };
        match data {
            Data::Gauge(data) => data.data_points.iter_mut().for_each(|it| self.number(it)),
            Data::Sum(data) => {
                known(&mut data.aggregation_temporality);
                data.data_points.iter_mut().for_each(|it| self.number(it));
            }
            Data::Histogram(data) => {
                known(&mut data.aggregation_temporality);
                data.data_points.iter_mut().for_each(|it| self.histogram(it));
            }
            Data::ExponentialHistogram(data) => {
                known(&mut data.aggregation_temporality);
                data.data_points.iter_mut().for_each(|it| it.time_unix_nano = self.time());
            }
            Data::Summary(data) => {
                data.data_points.iter_mut().for_each(|it| it.time_unix_nano = self.time());
            }
        }
    }

    fn number(&mut self, point: &mut NumberDataPoint) {
        point.time_unix_nano = self.time();
        if point.value.is_none() {
            point.flags |= 1;
        }
    }

    fn histogram(&mut self, point: &mut HistogramDataPoint) {
        point.time_unix_nano = self.time();
        let bounds = &mut point.explicit_bounds;
        bounds.retain(|it| !it.is_nan());
        bounds.sort_by(f64::total_cmp);
        bounds.dedup_by(|upper, lower| *upper <= *lower);
        if !(bounds.is_empty() && point.bucket_counts.is_empty()) {
            point.bucket_counts.resize(bounds.len() + 1, 7);
        }
    }

    fn value(&mut self) -> Option<Value> {
        let text = |it: &str| Some(Value::StringValue(it.to_owned()));
        let list = |values: Vec<Option<Value>>| {
            let values = values.into_iter().map(|value| AnyValue { value }).collect();
            Some(Value::ArrayValue(ArrayValue { values }))
        };
        let member = |key: &str, value| KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value }),
            key_strindex: 0,
        };
        match self.random.random_range(0..24) {
            0 => None,
            1 => text(""),
            2 => text("a\0b"),
            3 => text("{\"a\": 1,  \"b\":[true]}"),
            4 => text("[{\"role\":\"user\",\"content\":\"«ü»\"}]"),
            5 => text("12"),
            6 => Some(Value::IntValue(self.random.random_range(-5..5000))),
            7 => Some(Value::IntValue(i64::MAX - self.random.random_range(0..3))),
            8 => Some(Value::DoubleValue(self.random.random())),
            9 => Some(Value::DoubleValue(f64::from(self.random.random_range(-3..3)))),
            10 => Some(Value::DoubleValue(f64::from_bits(self.random.random()))),
            11 => Some(Value::DoubleValue(-0.0)),
            12 => Some(Value::BoolValue(self.random.random())),
            13 => Some(Value::BytesValue(vec![1, 2, 3])),
            14 => list(Vec::new()),
            15 => list(vec![text("stop"), text("length")]),
            16 => list(vec![text("stop"), Some(Value::IntValue(1))]),
            17 => list(vec![text("a\0"), None]),
            18 => {
                let values =
                    vec![member("role", text("user")), member("n", Some(Value::IntValue(1)))];
                Some(Value::KvlistValue(KeyValueList { values }))
            }
            19 => {
                let values = vec![member("twice", text("1")), member("twice", text("2"))];
                Some(Value::KvlistValue(KeyValueList { values }))
            }
            _ => text("some model, or whatever it is"),
        }
    }
}

/// Sums must say what they sum over.
const fn known(temporality: &mut i32) {
    if *temporality == 0 {
        *temporality = 2;
    }
}

fn valid(id: &mut Vec<u8>, bytes: usize) {
    if id.len() != bytes || id.iter().all(|it| *it == 0) {
        *id = vec![7; bytes];
    }
}
