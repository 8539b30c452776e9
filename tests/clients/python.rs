//! The official Python SDK.

use observatory_tests::python::{run, venv};
use tokio::process::Command;

use crate::sent::Sent;
use crate::{Compression, Protocol, Route, SPANS};

const PACKAGES: [&str; 3] = [
    "opentelemetry-sdk==1.45.2",
    "opentelemetry-exporter-otlp-proto-grpc==1.45.2",
    "opentelemetry-exporter-otlp-proto-http==1.45.2",
];
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/python_sdk.py");

/// Sends spans and returns what the SDK had.
pub(crate) async fn send(route: Route) -> Vec<Sent> {
    let python = venv(&PACKAGES).await;
    let protocol = match route.protocol {
        Protocol::Grpc => "grpc",
        Protocol::Http => "http",
    };
    let compression = match route.compression {
        Compression::Gzip => "gzip",
        Compression::None => "none",
    };
    let mut command = Command::new(python);
    command.args([SCRIPT, &route.endpoint, protocol, compression, &SPANS.to_string()]);
    let printed = run(&mut command).await;
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
