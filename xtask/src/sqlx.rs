//! `sqlx`: sqlx-cli, from the workspace's own lock file, and the offline query data.
//!
//! Queries are checked at compile time against `.sqlx`. That this data is current is proven by
//! making it again from a freshly migrated database and comparing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::shell::{cargo, read};

const COMMITTED: &str = ".sqlx";
const FRESH: &str = "target/sqlx-fresh";

/// Runs sqlx-cli, or makes the offline data.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    if words.first().is_some_and(|it| it == "prepare") {
        make(COMMITTED)?;
        println!("wrote {COMMITTED}");
        return Ok(());
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let run = ["run", "--quiet", "--package", "observatory-tests", "--bin", "sqlx", "--"];
    cargo(&[&run[..], &words].concat())
}

/// Fails when the committed data is not what a fresh database gives.
pub(crate) fn check() -> anyhow::Result<()> {
    make(FRESH)?;
    if list(COMMITTED)? != list(FRESH)? {
        bail!("{COMMITTED} is not current: run `cargo xtask sqlx prepare`");
    }
    Ok(())
}

/// Compiles every query against a migrated database, into `folder`.
fn make(folder: &str) -> anyhow::Result<()> {
    let run = ["run", "--quiet", "--package", "observatory-tests", "--bin", "migrated-database"];
    let url = read("cargo", &run)?;
    if Path::new(folder).try_exists()? {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let folder = fs::canonicalize(folder)?;
    // Macros run again only where something is compiled again.
    cargo(&[
        "clean",
        "--quiet",
        "--package",
        "observatory-postgres",
        "--package",
        "llm-observatory-storage",
    ])?;
    let scratch = std::env::current_dir()?.join("target/sqlx-tmp");
    fs::create_dir_all(&scratch)?;
    let checked = Command::new("cargo")
        .args(["check", "--quiet", "--package", "llm-observatory-storage"])
        .env("SQLX_TMP", &scratch)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &folder)
        .env("DATABASE_URL", url.trim())
        .status()
        .context("start cargo check")?;
    if !checked.success() {
        bail!("the queries do not fit a freshly migrated database");
    }
    Ok(())
}

/// Names and contents.
fn list(folder: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push((name, fs::read_to_string(path)?));
    }
    files.sort();
    Ok(files)
}
