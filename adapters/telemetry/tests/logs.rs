//! Goal: lines that machines can read, filtered as operators mean it. Method: the subscriber that
//! the process installs, writing into memory; the process-wide set-up once, in the last test.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use observatory_telemetry::LogError;
use observatory_telemetry::logs::{LogFormat, init, subscriber};
use serde_json::Value;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Memory {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

const CUSTOMERS: &str = "info,llm_observatory_storage=debug,sqlx=warn";

fn speak() {
    tracing::debug!(target: "llm_observatory_storage", "service");
    tracing::debug!(target: "observatory_postgres::commit", "adapter");
    tracing::trace!(target: "observatory_postgres::commit", "too fine");
    tracing::info!(target: "sqlx::query", "sqlx");
    tracing::debug!(target: "hyper", "library");
    tracing::info!(target: "hyper", "library's news");
    tracing::error!(target: "another", "error");
}

fn written(filter: &str) -> Vec<String> {
    let memory = Memory::default();
    let (subscriber, _control) = subscriber(filter, LogFormat::Json, memory.clone()).unwrap();
    with_default(subscriber, speak);
    let message = |line: &Value| line["message"].as_str().unwrap().to_owned();
    memory.lines().iter().map(message).collect()
}

#[test]
fn a_directive_for_the_service_covers_all_our_crates() {
    assert_eq!(written(CUSTOMERS), ["service", "adapter", "library's news", "error"]);
    assert_eq!(written(" warn , llm_observatory_storage=debug "), ["service", "adapter", "error"]);
    assert_eq!(
        written("warn,llm_observatory_storage=debug,observatory_postgres=warn"),
        ["service", "error"]
    );
    assert_eq!(written("off,observatory=warn,llm_observatory_storage=debug"), ["service"]);
    assert_eq!(written("llm_observatory_storage"), ["service", "adapter", "too fine"]);
    assert_eq!(written(""), ["error"]);
}

#[test]
fn a_json_line_is_flat_in_utc_and_names_its_target() {
    let memory = Memory::default();
    let (subscriber, _control) = subscriber("info", LogFormat::Json, memory.clone()).unwrap();
    with_default(subscriber, || {
        let span = tracing::info_span!("request", id = 7);
        let _inside = span.enter();
        tracing::info!(target: "observatory_otlp", rows = 3, cause = "a \"quote\"\nand a line", "said");
    });
    let lines = memory.lines();
    let line = &lines[0];
    assert_eq!(lines.len(), 1);
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["target"], "observatory_otlp");
    assert_eq!(line["message"], "said");
    assert_eq!(line["rows"], 3);
    assert_eq!(line["cause"], "a \"quote\"\nand a line");
    assert_eq!(line["span"]["id"], 7);
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn text_for_a_pipe_has_no_colours() {
    let memory = Memory::default();
    let (subscriber, _control) = subscriber("info", LogFormat::Text, memory.clone()).unwrap();
    with_default(subscriber, || tracing::info!(rows = 3, "said"));
    let text = memory.text();
    assert!(text.contains("INFO") && text.contains("said rows=3"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn the_filter_can_be_changed_and_a_wrong_one_changes_nothing() {
    let memory = Memory::default();
    let (subscriber, control) = subscriber("info", LogFormat::Json, memory.clone()).unwrap();
    with_default(subscriber, || {
        tracing::debug!("unheard");
        control.set("debug").unwrap();
        tracing::debug!("heard");
        assert!(matches!(control.set("sqlx=loud"), Err(LogError::Filter(_))));
        tracing::debug!("still heard");
    });
    assert_eq!(memory.lines().len(), 2);
}

#[test]
fn the_process_is_set_up_once_and_then_hears_the_log_crate() {
    assert!(matches!(init("sqlx=loud", LogFormat::Json), Err(LogError::Filter(_))));
    let control = init("warn", LogFormat::Json).unwrap();
    assert_eq!(log::max_level(), log::LevelFilter::Warn);
    control.set("warn,tokio_postgres=debug").unwrap();
    assert_eq!(log::max_level(), log::LevelFilter::Debug);
    let is_heard = |target, level| {
        let metadata = log::Metadata::builder().target(target).level(level).build();
        log::logger().enabled(&metadata)
    };
    assert!(is_heard("tokio_postgres::query", log::Level::Debug));
    assert!(!is_heard("another", log::Level::Debug));
    assert!(matches!(init("warn", LogFormat::Json), Err(LogError::AlreadySet(_))));
}
