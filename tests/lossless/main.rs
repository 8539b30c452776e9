//! What comes in comes out again: over OTLP into the real service, and by its own `export` out of it.
//!
//! Goal: nothing that OTLP can say is lost or changed. Method: requests are sent, exported by the real
//! binary in both formats, and compared as a whole in a normal form (`normal`) that shares no code with
//! the export; `mutations` proves that the form sees every kind of change. The requests are generated
//! (`generated`), made such that they are admitted, and given attributes that fill typed columns.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod admitted;
mod export;
mod import;
mod memory;
mod mutations;
mod normal;
mod plain;
mod round_trip;

#[expect(dead_code, reason = "it generates for other tests too")]
#[path = "../../adapters/otlp/tests/differential/generate.rs"]
mod generate;
