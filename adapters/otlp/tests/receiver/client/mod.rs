//! Raw clients.

pub(crate) mod grpc;
pub(crate) mod http;

use std::future::Future;
use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Longer than any answer takes; that it passes is a failure.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two parts of a body that drips.
const DRIP: Duration = Duration::from_millis(20);

/// What `answer` gives, if it comes at all.
pub(crate) async fn soon<T>(answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, answer).await.expect("an answer in time")
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
