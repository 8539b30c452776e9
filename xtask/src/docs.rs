//! The documents that the binary writes.

use std::fs;

use anyhow::{Context, bail};

use crate::shell::read;

const DOCUMENTS: [(&str, [&str; 2]); 2] =
    [("docs/CONFIGURATION.md", ["config", "docs"]), ("docs/METRICS.md", ["metrics", "docs"])];

/// Writes them anew.
pub(crate) fn write() -> anyhow::Result<()> {
    for (path, words) in DOCUMENTS {
        fs::write(path, generate(words)?).with_context(|| format!("write {path}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// Fails when one of them is not what the binary would write.
pub(crate) fn check() -> anyhow::Result<()> {
    for (path, words) in DOCUMENTS {
        if fs::read_to_string(path).unwrap_or_default() != generate(words)? {
            bail!("{path} is not current: run `cargo xtask docs`");
        }
    }
    Ok(())
}

fn generate(words: [&str; 2]) -> anyhow::Result<String> {
    let run = ["run", "--quiet", "--package", "llm-observatory-storage", "--"];
    read("cargo", &[&run[..], &words].concat())
}
