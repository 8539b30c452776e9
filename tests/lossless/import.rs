//! Exported, imported into an empty database, exported again: the same. And what can't be imported is
//! told, counted, and keeps nothing else out.

use std::path::Path;

use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{now, request, span};
use observatory_tests::service::Start;
use prost::Message;

use crate::admitted::requests;
use crate::export::{FORMATS, export, exported, send, service};
use crate::normal::{Normal, assert_same};

/// Requests of each signal.
const REQUESTS: usize = 60;
const DAY_NANOS: u64 = 86_400_000_000_000;

/// Runs `import` to its end: whether it succeeded, and what it told.
async fn import(database: &TestDatabase, words: &[&str]) -> (Option<i32>, String) {
    let words = [&["import"], words].concat();
    let start = Start::into_database(database.url()).words(&words);
    let (status, output, errors) = start.finish().await;
    (status.code(), output + &errors)
}

#[tokio::test]
async fn what_was_exported_is_imported_and_exported_the_same() {
    let seed = rand::random();
    let database = TestDatabase::create().await;
    {
        let service = service(&database).await;
        for signal in Signal::ALL {
            send(&service, signal, &requests(signal, REQUESTS, seed)).await;
        }
    }
    for format in FORMATS {
        let (folder, empty) = (tempfile::tempdir().unwrap(), TestDatabase::create().await);
        export(&database, folder.path(), &["--from", "1970-01-01", "--format", format.0]).await;
        let (code, told) = import(&empty, &[folder.path().to_str().unwrap()]).await;
        assert_eq!(code, Some(0), "{told}");
        for signal in Signal::ALL {
            let context = format!("{} through {}, seed {seed}", signal.name(), format.0);
            let before = exported(&database, signal, FORMATS[0]).await;
            let after = exported(&empty, signal, FORMATS[0]).await;
            // More than one a request, on average; some requests have none.
            assert!(before.records() > REQUESTS / 4, "{context}: {} records", before.records());
            if format.0 == "otlp-json" {
                assert_same(&before.with_one_nan(), &after.with_one_nan(), &context);
            } else {
                assert_same(&before, &after, &context);
            }
        }
    }
}

/// A file of requests in protobuf.
fn write(path: &Path, requests: &[Vec<u8>]) {
    let mut bytes = Vec::new();
    for request in requests {
        bytes.extend(u32::try_from(request.len()).unwrap().to_be_bytes());
        bytes.extend(request);
    }
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn what_is_older_than_any_client_may_send_is_imported() {
    let mut old = span(1);
    old.start_time_unix_nano = now() - 100 * DAY_NANOS;
    let sent = request(vec![old]).encode_to_vec();
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("traces.binpb"), std::slice::from_ref(&sent));
    let database = TestDatabase::create().await;
    let (code, told) = import(&database, &[folder.path().to_str().unwrap()]).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("imported 1 records in 1 requests"), "{told}");
    let got = exported(&database, Signal::Traces, FORMATS[0]).await;
    assert_same(&Normal::of(Signal::Traces, [sent]), &got, "old spans");
}

#[tokio::test]
async fn what_is_refused_is_told_and_the_rest_is_stored() {
    let good = span(1);
    let bad = opentelemetry_proto::tonic::trace::v1::Span { trace_id: vec![0; 16], ..span(2) };
    let folder = tempfile::tempdir().unwrap();
    let mixed = request(vec![bad, good.clone()]).encode_to_vec();
    let last = request(vec![span(3)]).encode_to_vec();
    write(&folder.path().join("traces.binpb"), &[mixed, b"no protobuf".to_vec(), last.clone()]);
    std::fs::write(folder.path().join("cut.logs.binpb"), [0, 0, 1, 0, 7]).unwrap();
    let database = TestDatabase::create().await;
    let (code, told) = import(&database, &[folder.path().to_str().unwrap()]).await;
    assert_eq!(code, Some(1), "{told}");
    for line in [
        "traces.binpb: byte 0: record 0 is refused: trace_id is all zero",
        "nothing of it is stored: ",
        "cut.logs.binpb: byte 0: the request says it has 256 bytes",
        "imported 2 records in 2 requests",
        "1 records were refused, 2 requests or files failed",
    ] {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
    let stored = [request(vec![good]).encode_to_vec(), last];
    let got = exported(&database, Signal::Traces, FORMATS[0]).await;
    assert_same(&Normal::of(Signal::Traces, stored), &got, "the rest");
}
