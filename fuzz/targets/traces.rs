//! Any bytes as a request of traces: read by our walker as by a generated decoder, or refused by
//! both.
//!
//! ```sh
//! cargo run --bin seeds                       # in fuzz/: writes corpus/traces
//! RUSTC_BOOTSTRAP=1 cargo fuzz run traces -- -max_total_time=600 -max_len=65536
//! ```
//!
//! What is compared, and the one difference that is meant, stands in
//! `adapters/otlp/tests/differential/main.rs`. Every finding becomes a test there.
#![no_main]

#[path = "../../adapters/otlp/tests/differential/compare/mod.rs"]
mod compare;
#[path = "../../adapters/otlp/tests/differential/model.rs"]
mod model;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    compare::agree(body);
});
