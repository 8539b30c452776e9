//! Memory is bounded by chunks and requests, not by how much there is.
//!
//! Goal: `export` and `import` of far more than their bounds need no more memory than those. Method: the
//! kernel's high-water mark of the real process (`VmHWM`), read until it ends.

use std::path::Path;
use std::time::Duration;

use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{attribute, request, span};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::export::FORMATS;

const REQUESTS: u64 = 300;
const SPANS_PER_REQUEST: u64 = 500;
/// How often an attribute of each span has the span's number, which makes some 700 bytes.
const REPEATS: usize = 128;
/// Less than what is exported, and room for the process itself.
const EXPORT_BYTES_MAX: u64 = 64 << 20;
/// The pipeline's own bound comes on top (`INGEST_MEMORY_BYTES`).
const IMPORT_BYTES_MAX: u64 = (64 + 96) << 20;

/// Runs a command to its end; its peak of memory in bytes.
async fn peak(database: &TestDatabase, words: &[&str]) -> u64 {
    let mut process = Start::into_database(database.url()).words(words).spawn();
    let status = format!("/proc/{}/status", process.pid());
    let mut peak_kib = 0_u64;
    while process.is_running() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let kib: Option<u64> = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok());
        peak_kib = kib.unwrap_or_default().max(peak_kib);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(process.ended().await.success(), "{words:?}: {}", process.log());
    peak_kib * 1024
}

fn large(number: u64) -> Span {
    let text = format!("{number} ").repeat(REPEATS);
    Span { attributes: vec![attribute("text", Value::StringValue(text))], ..span(number) }
}

fn write(path: &Path) {
    let mut bytes = Vec::new();
    for first in (0..REQUESTS).map(|it| it * SPANS_PER_REQUEST) {
        let spans = (first..first + SPANS_PER_REQUEST).map(large).collect();
        let request = request(spans).encode_to_vec();
        bytes.extend(u32::try_from(request.len()).unwrap().to_be_bytes());
        bytes.extend(request);
    }
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn memory_does_not_grow_with_what_is_exported_or_imported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traces.binpb");
    write(&file);
    let database = TestDatabase::create().await;
    let imported = peak(&database, &["import", file.to_str().unwrap()]).await;
    let signal = Signal::Traces.name();
    for (format, extension) in FORMATS {
        let out = folder.path().join(format!("out.{extension}"));
        let words = ["export", "--from", "1970-01-01", "--signal", signal, "--format", format];
        let words = [&words[..], &["--output", out.to_str().unwrap()]].concat();
        let exported = peak(&database, &words).await;
        let size = std::fs::metadata(&out).unwrap().len();
        assert!(size > EXPORT_BYTES_MAX, "{size} bytes prove nothing");
        assert!(exported < EXPORT_BYTES_MAX, "{format}: a peak of {exported} bytes");
    }
    assert!(imported < IMPORT_BYTES_MAX, "import: a peak of {imported} bytes");
}
