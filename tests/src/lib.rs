//! What tests that span crates share.
//!
//! | room | what |
//! |---|---|
//! | `database` | a real database for a test, found in the order that the README tells |
//! | `otlp` | clients that send what an SDK would not |
//! | `proxy` | breaks the wire between service and database, or looks at it |
//! | `python` | an interpreter with packages |
//! | `service` | the real binary, as a process |
//! | `workload` | requests for benchmarks |
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "support of tests"
)]

pub mod database;
pub mod otlp;
pub mod proxy;
pub mod python;
pub mod service;
pub mod workload;

/// The workspace.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
