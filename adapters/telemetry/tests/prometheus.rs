//! Goal: the page says what the catalog promises. Method: everything happens once, the page is read
//! by a parser that nobody here wrote, and each number is compared.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use observatory_domain::batch::Reason;
use observatory_domain::retry::ErrorClass;
use observatory_domain::time::UnixNanos;
use observatory_ports::Signal;
use observatory_ports::driven::{
    Event, Gauge, Gauges, MetricsExposition as _, Observer as _, Outcome,
};
use observatory_telemetry::catalog::{self, Kind, Origin};
use observatory_telemetry::{Silent, Telemetry};
use prometheus_parse::{Sample, Scrape, Value};

/// Knows every gauge; the value is its place in the list, counted from 1.
struct Numbered;

impl Gauges for Numbered {
    fn read(&self, show: &mut dyn FnMut(Gauge, u64)) {
        for (gauge, value) in Gauge::ALL.into_iter().zip(1..) {
            show(gauge, value);
        }
    }
}

fn telemetry() -> Telemetry {
    let telemetry = Telemetry::new().unwrap();
    telemetry.started(UnixNanos(1_800_000_000_500_000_000));
    let gauges: Arc<dyn Gauges> = Arc::new(Numbered);
    telemetry.watch(&gauges);
    telemetry
}

fn scrape(telemetry: &Telemetry) -> Scrape {
    let page = telemetry.render().unwrap();
    Scrape::parse(page.lines().map(|line| Ok(line.to_owned()))).unwrap()
}

fn sample<'a>(scrape: &'a Scrape, name: &str, labels: &[(&str, &str)]) -> &'a Sample {
    let of = |it: &&Sample| {
        it.metric == name
            && it.labels.len() == labels.len()
            && labels.iter().all(|(name, value)| it.labels.get(name) == Some(value))
    };
    scrape.samples.iter().find(of).unwrap_or_else(|| panic!("{name}{labels:?} is missing"))
}

fn number(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> f64 {
    match sample(scrape, name, labels).value {
        Value::Counter(value) | Value::Gauge(value) => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

/// How many observations a histogram has, and in which bucket the first of them is.
fn observed(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> (f64, f64) {
    let count = number_untyped(scrape, &format!("{name}_count"), labels);
    let Value::Histogram(buckets) = &sample(scrape, name, labels).value else {
        panic!("{name} is no histogram")
    };
    let first = buckets.iter().find(|it| it.count > 0.0).map_or(f64::NAN, |it| it.less_than);
    (count, first)
}

fn number_untyped(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> f64 {
    match sample(scrape, name, labels).value {
        Value::Untyped(value) | Value::Counter(value) => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

/// `# TYPE` lines, by name.
fn types(page: &str) -> HashMap<&str, &str> {
    let lines = page.lines().filter_map(|it| it.strip_prefix("# TYPE "));
    lines.filter_map(|it| it.split_once(' ')).collect()
}

#[test]
fn the_customers_six_metrics_are_there_before_anything_happened() {
    let telemetry = telemetry();
    let page = telemetry.render().unwrap();
    let types = types(&page);
    for (name, kind) in [
        ("storage_connection_pool_active", "gauge"),
        ("storage_connection_pool_idle", "gauge"),
        ("storage_copy_write_duration_seconds", "histogram"),
        ("storage_copy_batch_size", "histogram"),
        ("storage_copy_errors_total", "counter"),
        ("storage_query_duration_seconds", "histogram"),
    ] {
        assert_eq!(types.get(name), Some(&kind), "{name}");
    }
    assert!(!page.contains("otel_scope") && !page.contains("target_info"), "{page}");
}

#[test]
fn the_page_shows_the_catalog_and_nothing_else() {
    let telemetry = telemetry();
    let page = telemetry.render().unwrap();
    let expected: HashMap<_, _> =
        catalog::ALL.iter().map(|metric| (metric.name, metric.kind.name())).collect();
    assert_eq!(types(&page), expected);
    for metric in catalog::ALL {
        assert!(page.contains(&format!("# HELP {} {}\n", metric.name, metric.help)), "{page}");
    }
}

#[test]
fn what_has_not_happened_is_zero() {
    let scrape = scrape(&telemetry());
    let quiet = |name, labels: &[_]| assert!(number(&scrape, name, labels).abs() < 1e-9);
    quiet("storage_copy_errors_total", &[("class", "poison")]);
    quiet("storage_records_refused_total", &[("reason", "future")]);
    quiet("storage_batches_total", &[("reason", "age")]);
    quiet("storage_records_stored_total", &[]);
    let answer = [("signal", "traces"), ("transport", "http"), ("outcome", "too_large")];
    quiet("storage_requests_total", &answer);
    let (count, _) = observed(&scrape, "storage_request_duration_seconds", &answer);
    assert!(count.abs() < 1e-9);
}

#[test]
fn every_event_counts_what_it_says() {
    let telemetry = telemetry();
    let ms = Duration::from_millis;
    for event in [
        Event::Answered {
            signal: Signal::Traces,
            transport: "grpc",
            outcome: Outcome::Partial,
            bytes: 5000,
            took: ms(20),
        },
        Event::Refused { reason: "age", records: 7 },
        Event::Committed { rows: 600, entries: 3, reason: Reason::Quiet, took: ms(40) },
        Event::CommitFailed { class: ErrorClass::Transient },
        Event::Queried { operation: "checkpoint", took: ms(2) },
        Event::Queried { operation: "something new", took: ms(2) },
    ] {
        telemetry.observe(event);
    }
    let scrape = scrape(&telemetry);
    let counted = [
        (
            "storage_requests_total",
            &[("signal", "traces"), ("transport", "grpc"), ("outcome", "partial")][..],
            1.0,
        ),
        ("storage_records_refused_total", &[("reason", "age")], 7.0),
        ("storage_records_stored_total", &[], 600.0),
        ("storage_batches_total", &[("reason", "quiet")], 1.0),
        ("storage_copy_errors_total", &[("class", "transient")], 1.0),
    ];
    for (name, labels, value) in counted {
        assert!((number(&scrape, name, labels) - value).abs() < 1e-9, "{name}");
    }
    let way = [("signal", "traces"), ("transport", "grpc")];
    let answer = [way[0], way[1], ("outcome", "partial")];
    let buckets = [
        ("storage_request_size_bytes", &way[..], 16_384.0),
        ("storage_request_duration_seconds", &answer, 0.025),
        ("storage_copy_batch_size", &[], 1000.0),
        ("storage_copy_write_duration_seconds", &[], 0.05),
        ("storage_batch_requests", &[], 4.0),
        ("storage_query_duration_seconds", &[("operation", "checkpoint")], 0.0025),
        ("storage_query_duration_seconds", &[("operation", "something new")], 0.0025),
    ];
    for (name, labels, bucket) in buckets {
        let (count, first) = observed(&scrape, name, labels);
        assert!((count - 1.0).abs() < 1e-9 && (first - bucket).abs() < 1e-9, "{name}: {first}");
    }
    // A metric that no event moves would be documented, and zero for ever.
    let moved: Vec<_> =
        counted.iter().map(|it| it.0).chain(buckets.iter().map(|it| it.0)).collect();
    for metric in catalog::ALL.iter().filter(|it| matches!(it.origin, Origin::Event(_))) {
        assert!(moved.contains(&metric.name), "no event of this test moves {}", metric.name);
    }
    // And what is counted is in the catalog.
    let page = telemetry.render().unwrap();
    let known = |name: &&str| catalog::ALL.iter().any(|it| it.name == *name);
    assert!(types(&page).keys().all(known), "{page}");
}

#[test]
fn every_gauge_shows_its_own_value_and_an_unknown_one_none() {
    let known = scrape(&telemetry());
    for metric in catalog::ALL.iter().filter(|it| it.kind == Kind::Gauge) {
        let Origin::Gauge(gauge) = metric.origin else { continue };
        let place = Gauge::ALL.iter().position(|it| *it == gauge).unwrap() + 1;
        let place = f64::from(u32::try_from(place).unwrap());
        assert!((number(&known, metric.name, &[]) - place).abs() < 1e-9, "{}", metric.name);
    }
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert!((number(&known, "storage_build_info", &version) - 1.0).abs() < 1e-9);
    let started = number(&known, "process_start_time_seconds", &[]);
    assert!((started - 1_800_000_000.5).abs() < 1e-6, "{started}");

    let page = Telemetry::new().unwrap().render().unwrap();
    assert!(!page.contains("storage_connection_pool_active"), "{page}");
}

#[test]
fn a_gauge_follows_what_it_watches() {
    struct Rising(std::sync::atomic::AtomicU64);
    impl Gauges for Rising {
        fn read(&self, show: &mut dyn FnMut(Gauge, u64)) {
            show(Gauge::Lanes, self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }
    let telemetry = Telemetry::new().unwrap();
    let gauges: Arc<dyn Gauges> = Arc::new(Rising(5.into()));
    telemetry.watch(&gauges);
    for expected in [5.0, 6.0] {
        assert!((number(&scrape(&telemetry), "storage_lanes", &[]) - expected).abs() < 1e-9);
    }
}

#[test]
fn two_instances_do_not_meet() {
    let (busy, idle) = (telemetry(), telemetry());
    busy.observe(Event::CommitFailed { class: ErrorClass::Schema });
    Silent.observe(Event::CommitFailed { class: ErrorClass::Schema });
    let errors = |it| number(&scrape(it), "storage_copy_errors_total", &[("class", "schema")]);
    assert!((errors(&busy) - 1.0).abs() < 1e-9 && errors(&idle).abs() < 1e-9);
}
