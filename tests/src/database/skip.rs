//! Tests that can't run here say so, by name and loudly; `cargo xtask test` repeats it at the end.

use std::fs::OpenOptions;
use std::io::Write;

/// Notes that the test called `name` did not run, and why.
pub fn skip(name: &str, why: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/skipped-tests.txt");
    let line = format!("SKIPPED {name}: {why}\n");
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("note a skipped test");
    std::io::stderr().write_all(line.as_bytes()).expect("tell of a skipped test");
}

/// Notes that the test called `name` did not run for want of a container engine.
pub fn skipped_without_engine(name: &str) {
    skip(name, "no container engine");
}
