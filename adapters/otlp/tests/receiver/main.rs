//! Both receivers as clients meet them: real sockets, raw gRPC and HTTP, and a fake way in.
//!
//! Goal: a client is told to send again exactly when it should, else it drops data or floods us.
//! Method: a fake `Ingest` decides the answer; raw clients send what the SDKs never would, and see
//! every header; an observer records the outcome that is counted. Nothing waits for time to pass
//! but the answers to bodies that never end, which are due at a deadline of a fraction of a second.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod accepted;
mod client;
mod deadline;
mod fake;
mod form;
mod gzip;
mod json;
mod memory;
mod refused;
mod service;
mod slow;
mod too_large;
