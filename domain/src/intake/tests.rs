use super::*;
use crate::ids::BadId;
use crate::record::example::{RESOURCE, SCOPE, SPAN};
use crate::record::{HistogramView, MetricView, Number};

const NOW: UnixNanos = UnixNanos(1_800_000_000_000_000_000);
const POLICY: PolicySnapshot = PolicySnapshot {
    future_max: Duration::from_hours(1),
    age_max: Duration::from_hours(30 * 24),
    attributes_max: 3,
    attribute_bytes_max: 10,
};

fn span(start: UnixNanos) -> SpanView<'static> {
    SpanView { start, end: start, ..SPAN }
}

fn log(time: u64, observed_time: u64) -> LogView<'static> {
    LogView {
        resource: &RESOURCE,
        scope: &SCOPE,
        time: UnixNanos(time),
        observed_time: UnixNanos(observed_time),
        severity_number: 0,
        severity_text: "",
        event_name: "",
        body: None,
        attributes: &[],
        dropped_attributes_count: 0,
        flags: 0,
        trace_id: &[1; 3],
        span_id: &[],
    }
}

fn check_point(
    kind: MetricKind,
    temporality: i32,
    data: PointData<'_>,
    time: u64,
) -> Result<(), Refusal> {
    let metric = MetricView {
        resource: &RESOURCE,
        scope: &SCOPE,
        name: "",
        description: "",
        unit: "",
        kind,
        temporality,
        is_monotonic: false,
        metadata: &[],
        metadata_wire: &[],
    };
    let point = PointView {
        metric: &metric,
        series: 0,
        attributes: &[],
        attributes_wire: &[],
        start: UnixNanos(0),
        time: UnixNanos(time),
        flags: 0,
        exemplars: &[],
        data,
    };
    POLICY.check_point(&point, NOW)
}

#[test]
fn a_span_is_refused_for_its_own_ids_but_not_for_its_parents() {
    let good = POLICY.check_span(&span(NOW), NOW).unwrap();
    assert_eq!(good.parent, None);
    let odd_parent = SpanView { parent_span_id: &[1; 5], ..span(NOW) };
    assert_eq!(POLICY.check_span(&odd_parent, NOW), Ok(good));
    let zero = SpanView { trace_id: &[0; 16], ..span(NOW) };
    assert_eq!(POLICY.check_span(&zero, NOW), Err(Refusal::TraceId(BadId::Zero)));
    let none = SpanView { span_id: &[], ..span(NOW) };
    let length = BadId::Length { found: 0, expected: 8 };
    assert_eq!(POLICY.check_span(&none, NOW), Err(Refusal::SpanId(length)));
}

#[test]
fn the_bounds_of_time_themselves_are_admitted() {
    let field = "start_time_unix_nano";
    let latest = NOW.plus(POLICY.future_max);
    let earliest = NOW.minus(POLICY.age_max);
    assert!(POLICY.check_span(&span(latest), NOW).is_ok());
    assert!(POLICY.check_span(&span(earliest), NOW).is_ok());
    let time = UnixNanos(latest.0 + 1);
    assert_eq!(POLICY.check_span(&span(time), NOW), Err(Refusal::Future { field, time }));
    let time = UnixNanos(earliest.0 - 1);
    assert_eq!(POLICY.check_span(&span(time), NOW), Err(Refusal::Age { field, time }));
}

#[test]
fn attributes_are_bounded_in_number_and_size() {
    let attribute = |value| Attribute { key: "key", value };
    let check = |attributes: &[Attribute<'_>]| {
        POLICY.check_span(&SpanView { attributes, ..span(NOW) }, NOW).err()
    };
    assert_eq!(check(&[attribute(Value::Str("1234567")); 3]), None);
    let many = Refusal::Attributes { found: 4, max: 3 };
    assert_eq!(check(&[attribute(Value::Empty); 4]), Some(many));
    let large = Refusal::AttributeBytes { found: 11, max: 10 };
    for value in [Value::Str("12345678"), Value::Bytes(&[0; 8])] {
        assert_eq!(check(&[attribute(value)]), Some(large));
    }
    let deep = [attribute(Value::List(&[Value::Bytes(&[0; 4]), Value::Str("x")]))];
    assert_eq!(check(&[attribute(Value::Map(&deep))]), Some(large));
}

#[test]
fn a_log_record_is_placed_by_the_best_time_it_has() {
    assert_eq!(log_time(&log(5, 6), NOW), (UnixNanos(5), LogTime::Sent));
    assert_eq!(log_time(&log(0, 6), NOW), (UnixNanos(6), LogTime::Observed));
    assert_eq!(log_time(&log(0, 0), NOW), (NOW, LogTime::Received));
    assert_eq!(POLICY.check_log(&log(0, 0), NOW), Ok(()));
    let (field, time) = ("observed_time_unix_nano", UnixNanos(6));
    assert_eq!(POLICY.check_log(&log(0, 6), NOW), Err(Refusal::Age { field, time }));
}

#[test]
fn a_point_needs_its_time_its_value_and_its_temporality() {
    use MetricKind::{Gauge, Histogram, Sum, Summary};
    let one = PointData::Number(Some(Number::Int(1)));
    assert_eq!(check_point(Gauge, 0, one, NOW.0), Ok(()));
    assert_eq!(check_point(Gauge, 0, one, 0), Err(Refusal::NoTime));
    assert_eq!(check_point(Gauge, 0, PointData::Number(None), NOW.0), Err(Refusal::NoValue));
    assert_eq!(check_point(Sum, 0, one, NOW.0), Err(Refusal::Temporality));
    assert_eq!(check_point(Sum, 7, one, NOW.0), Ok(()), "an unknown number is kept");
    let summary = PointData::Summary(crate::record::SummaryView::default());
    assert_eq!(check_point(Summary, 0, summary, NOW.0), Ok(()));
    let histogram = PointData::Histogram(HistogramView::default());
    assert_eq!(check_point(Histogram, 0, histogram, NOW.0), Err(Refusal::Temporality));
}

#[test]
fn buckets_fit_their_bounds_and_bounds_rise() {
    let check = |bucket_counts: &[u64], explicit_bounds: &[f64]| {
        let view = HistogramView { bucket_counts, explicit_bounds, ..HistogramView::default() };
        check_point(MetricKind::Histogram, 1, PointData::Histogram(view), NOW.0)
    };
    assert_eq!(check(&[], &[]), Ok(()));
    assert_eq!(check(&[3], &[]), Ok(()));
    assert_eq!(check(&[1, 2], &[0.5]), Ok(()));
    assert_eq!(check(&[], &[0.5]), Err(Refusal::Buckets { counts: 0, bounds: 1 }));
    assert_eq!(check(&[1, 2, 3], &[0.5]), Err(Refusal::Buckets { counts: 3, bounds: 1 }));
    for bounds in [[1.0, 1.0], [2.0, 1.0], [1.0, f64::NAN], [f64::NAN, 1.0]] {
        assert_eq!(check(&[0; 3], &bounds), Err(Refusal::Bounds));
    }
}
