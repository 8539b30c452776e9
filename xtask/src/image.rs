//! Images from Debian's packages, for machines that reach no container registry.

use anyhow::{Context, bail};

use crate::shell::{run, succeeds};

/// The test database's image.
pub(crate) const TIMESCALEDB: &str = "llm-observatory/timescaledb:debian-pg17";
const BASE: &str = "llm-observatory/debian:trixie";
const SUITE: &str = "trixie";
/// Package mirrors fail now and then.
const ATTEMPTS: u32 = 3;

/// Builds the image called `name`, if it is not there yet.
pub(crate) fn build(name: &str) -> anyhow::Result<()> {
    if name != "timescaledb" {
        bail!("no image is called {name}: valid is timescaledb");
    }
    if succeeds("docker", &["image", "inspect", TIMESCALEDB]) {
        println!("{TIMESCALEDB} is there");
        return Ok(());
    }
    base()?;
    let file = "docker/test/Dockerfile.timescaledb";
    let argument = format!("BASE={BASE}");
    retry(&[
        "build",
        "--quiet",
        "--build-arg",
        &argument,
        "--tag",
        TIMESCALEDB,
        "--file",
        file,
        "docker/test",
    ])
    .context("build the database's image")
}

/// Makes a Debian base image with debootstrap.
fn base() -> anyhow::Result<()> {
    if succeeds("docker", &["image", "inspect", BASE]) {
        return Ok(());
    }
    if !succeeds("debootstrap", &["--version"]) {
        run("apt-get", &["install", "--yes", "--no-install-recommends", "debootstrap"]).context(
            "debootstrap is missing: apt-get update && apt-get install debootstrap, as root",
        )?;
    }
    let folder = format!("{}/target/debian-base", std::env::current_dir()?.display());
    let script = format!(
        "rm -rf {folder} && mkdir -p {folder} && \
         debootstrap --variant=minbase --include=ca-certificates {SUITE} {folder} > {folder}.log 2>&1 && \
         tar --directory {folder} --create . | docker import - {BASE}; \
         status=$?; rm -rf {folder}; exit $status"
    );
    for _ in 1..ATTEMPTS {
        if run("sh", &["-c", &script]).is_ok() {
            return Ok(());
        }
    }
    run("sh", &["-c", &script]).context("make the base image")
}

fn retry(words: &[&str]) -> anyhow::Result<()> {
    for _ in 1..ATTEMPTS {
        if run("docker", words).is_ok() {
            return Ok(());
        }
    }
    run("docker", words)
}
