//! Into the service and out of it.

use std::path::Path;

use observatory_otlp::inner::json_to_protobuf;
use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::GrpcClient;
use observatory_tests::service::{Service, Start};

use crate::normal::Normal;

/// Both formats, with the ends of their files' names.
pub(crate) const FORMATS: [(&str, &str); 2] = [("otlp-protobuf", "binpb"), ("otlp-json", "jsonl")];

/// A service into `database` that waits for nothing longer than it must.
pub(crate) async fn service(database: &TestDatabase) -> Service {
    Start::into_database(database.url()).ready().await
}

/// Sends requests, of which every record is taken.
pub(crate) async fn send(service: &Service, signal: Signal, requests: &[Vec<u8>]) {
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    for request in requests {
        let answer = client.send_as(signal, request.clone().into()).await.unwrap();
        assert!(answer.is_empty(), "refused: {:?}", String::from_utf8_lossy(&answer));
    }
}

/// Runs `export` to its end, into `folder`.
pub(crate) async fn export(database: &TestDatabase, folder: &Path, words: &[&str]) {
    let folder = format!("{}/", folder.display());
    let words = [&["export"], words, &["--output", &folder]].concat();
    let (status, output, errors) =
        Start::into_database(database.url()).words(&words).finish().await;
    assert!(status.success(), "{words:?}: {status}\n{output}{errors}");
}

/// The requests of an exported file, as protobuf.
pub(crate) fn read(path: &Path, signal: Signal) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|it| it == "jsonl") {
        return lines(&bytes, signal);
    }
    let (mut rest, mut requests) = (&bytes[..], Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap();
        let (request, behind) = behind.split_at(length);
        requests.push(request.to_vec());
        rest = behind;
    }
    assert!(rest.is_empty(), "{} bytes behind the last request", rest.len());
    requests
}

/// The requests of JSON lines, as protobuf.
pub(crate) fn lines(bytes: &[u8], signal: Signal) -> Vec<Vec<u8>> {
    assert!(bytes.is_empty() || bytes.ends_with(b"\n"), "the last line ends");
    let lines = bytes.split(|it| *it == b'\n').filter(|it| !it.is_empty());
    lines.map(|it| json_to_protobuf(signal, it).unwrap()).collect()
}

/// Everything of `signal` that `database` has, by an export in a format.
pub(crate) async fn exported(
    database: &TestDatabase,
    signal: Signal,
    (format, extension): (&str, &str),
) -> Normal {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--from", "1970-01-01", "--signal", signal.name(), "--format", format];
    export(database, folder.path(), &words).await;
    let file = folder.path().join(format!("{}.{extension}", signal.name()));
    Normal::of(signal, read(&file, signal))
}
