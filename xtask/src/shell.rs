//! Running other programs.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Runs `program` with `words`, showing what it prints.
pub(crate) fn run(program: &str, words: &[&str]) -> anyhow::Result<()> {
    let line = format!("{program} {}", words.join(" "));
    eprintln!("$ {line}");
    let status =
        Command::new(program).args(words).status().with_context(|| format!("start {line}"))?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    Ok(())
}

/// What `program` prints on standard output.
pub(crate) fn read(program: &str, words: &[&str]) -> anyhow::Result<String> {
    let line = format!("{program} {}", words.join(" "));
    let output = Command::new(program)
        .args(words)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("start {line}"))?;
    if !output.status.success() {
        bail!("{line}: {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("read what {line} prints"))
}

/// Whether `program` runs with `words` and succeeds, in silence.
pub(crate) fn succeeds(program: &str, words: &[&str]) -> bool {
    let command = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    command.is_ok_and(|status| status.success())
}

/// Cargo itself.
pub(crate) fn cargo(words: &[&str]) -> anyhow::Result<()> {
    run(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), words)
}
