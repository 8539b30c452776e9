//! `check`: what CI checks beside the tests.

use crate::shell::{cargo, succeeds};
use crate::{docs, sqlx};

/// Checks everything.
pub(crate) fn run() -> anyhow::Result<()> {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])?;
    // Broken links in docstrings are errors (Cargo.toml, workspace.lints.rustdoc).
    cargo(&["doc", "--quiet", "--workspace", "--no-deps"])?;
    docs::check()?;
    sqlx::check()?;
    if succeeds("cargo", &["deny", "--version"]) {
        cargo(&["deny", "check", "licenses", "bans", "sources"])?;
    } else {
        eprintln!(
            "cargo-deny is not installed (cargo install cargo-deny): licences and bans are not checked"
        );
    }
    println!("all checks passed");
    Ok(())
}
