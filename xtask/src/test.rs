//! `test`: everything, on a real database.

use std::fs;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::shell::{cargo, succeeds};
use crate::{image, shell};

/// Tests that could not run write their names here.
const SKIPPED: &str = "target/skipped-tests.txt";

/// Runs the tests.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    if Path::new(SKIPPED).try_exists()? {
        fs::remove_file(SKIPPED)?;
    }
    prepare_database()?;
    // The tests start the binary, and it must be the one of this tree.
    cargo(&["build", "--package", "llm-observatory-storage"])?;
    shell::run(
        "cargo",
        &["run", "--quiet", "--package", "observatory-tests", "--bin", "which-database"],
    )?;
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    if succeeds("cargo", &["nextest", "--version"]) {
        return nextest(&words);
    }
    eprintln!("cargo-nextest is not installed (cargo install cargo-nextest): using cargo test");
    let tested = cargo(&[&["test", "--workspace"], words.as_slice()].concat());
    report_skipped()?;
    tested
}

/// Runs nextest. Its summary comes last, after what was skipped.
fn nextest(words: &[&str]) -> anyhow::Result<()> {
    let color = if std::io::stderr().is_terminal() { "always" } else { "never" };
    let mut child = Command::new("cargo")
        .args(["nextest", "run", "--workspace", "--color", color])
        .args(words)
        .stderr(Stdio::piped())
        .spawn()
        .context("start cargo nextest")?;
    let mut summary = Vec::new();
    for line in BufReader::new(child.stderr.take().context("its messages")?).lines() {
        let line = line.context("read its messages")?;
        if summary.is_empty() && !line.contains("Summary") {
            eprintln!("{line}");
        } else {
            summary.push(line);
        }
    }
    let status = child.wait().context("wait for cargo nextest")?;
    report_skipped()?;
    eprintln!("{}", summary.join("\n"));
    anyhow::ensure!(status.success(), "tests failed");
    Ok(())
}

/// Makes the database's image where an engine is there and nothing better was named.
fn prepare_database() -> anyhow::Result<()> {
    let named = std::env::var("TEST_DATABASE_URL").is_ok_and(|it| !it.is_empty());
    let image = std::env::var("TIMESCALEDB_IMAGE").unwrap_or_default();
    if named || !image.is_empty() || !succeeds("docker", &["info"]) {
        return Ok(());
    }
    let public = "timescale/timescaledb:latest-pg17";
    if succeeds("docker", &["image", "inspect", public])
        || succeeds("docker", &["image", "inspect", image::TIMESCALEDB])
        || succeeds("timeout", &["60", "docker", "pull", "--quiet", public])
    {
        return Ok(());
    }
    image::build("timescaledb")
}

/// Names what was skipped, loudly, before the runner's summary scrolls away.
fn report_skipped() -> anyhow::Result<()> {
    if Path::new(SKIPPED).try_exists()? {
        eprintln!("\nSKIPPED, for want of TimescaleDB or a container engine:");
        eprintln!("{}", fs::read_to_string(SKIPPED)?);
    }
    Ok(())
}
