//! Writes the first corpus of the target `traces`: generated requests, and the same ones in other
//! encodings. The same files at each run.

#[path = "../adapters/otlp/tests/differential/generate.rs"]
mod generate;
#[path = "../adapters/otlp/tests/differential/reencode.rs"]
mod reencode;
#[path = "../adapters/otlp/tests/differential/schema.rs"]
mod schema;
#[path = "../adapters/otlp/tests/differential/wire.rs"]
mod wire;

use std::error::Error;
use std::fs;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use prost::Message;
use reencode::Meaning;

const REQUESTS: u64 = 200;
/// Larger ones make the fuzzer slow.
const BYTES_MAX: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/traces");
    fs::create_dir_all(folder)?;
    let mut runner = TestRunner::deterministic();
    for number in 0..REQUESTS {
        let body = generate::request()
            .new_tree(&mut runner)
            .map_err(|it| it.to_string())?
            .current()
            .encode_to_vec();
        if body.len() > BYTES_MAX {
            continue;
        }
        let forms = [
            reencode::reencode(&body, number, Meaning::Kept),
            reencode::reencode(&body, number, Meaning::Free),
            body,
        ];
        for (form, body) in forms.iter().enumerate() {
            fs::write(format!("{folder}/seed-{number}-{form}"), body)?;
        }
    }
    Ok(())
}
