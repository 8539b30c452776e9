//! Runs a short program under a deadline, and hears what it says.
//!
//! Every program gets a process group of its own, so that Ctrl-C in the terminal is for the service
//! to answer, and is killed when the future that waits for it is dropped.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::account::Account;

/// How many lines of a program's output an error shows.
const TAIL_LINES_MAX: usize = 8;
const BUSY_ATTEMPTS_MAX: u32 = 50;
const BUSY_DELAY: Duration = Duration::from_millis(20);

/// What a program did.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A program of `account`, working in `folder`, speaking English, without our terminal.
pub(crate) fn command(program: &Path, account: &Account, folder: &Path) -> Command {
    let mut command = Command::new(program);
    account.lend_to(&mut command);
    command.current_dir(folder).process_group(0).stdin(Stdio::null());
    // Without a fixed locale the output is translated, and on macOS a locale library makes the
    // postmaster multi-threaded, which it refuses.
    command.env("LC_ALL", "C");
    command
}

/// Runs `command` to its end with `input` on its standard input.
///
/// # Errors
/// When it can't be started, or does not end within `limit` (`TimedOut`; it is killed then).
///
/// # Cancel safety
/// The program is killed when the future is dropped.
pub(crate) async fn finish(
    mut command: Command,
    input: &str,
    limit: Duration,
) -> io::Result<Outcome> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = spawn(&mut command).await?;
    let stdin = child.stdin.take();
    let run = async {
        if let Some(mut stdin) = stdin {
            // A program that ends without reading is no error here: its status tells.
            if let Err(error) = stdin.write_all(input.as_bytes()).await {
                tracing::debug!(%error, "a program did not read its input");
            }
        }
        child.wait_with_output().await
    };
    let output = tokio::time::timeout(limit, run)
        .await
        .map_err(|_elapsed| io::Error::new(io::ErrorKind::TimedOut, "no end within the limit"))??;
    Ok(Outcome {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Another thread that forks at the wrong moment keeps a file that was just written open for writing
/// until it execs, and such a file does not run: seen with freshly unpacked programs.
async fn spawn(command: &mut Command) -> io::Result<Child> {
    for _ in 1..BUSY_ATTEMPTS_MAX {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(BUSY_DELAY).await;
            }
            result => return result,
        }
    }
    command.spawn()
}

/// The last lines of what a program said, on one line, as an error shows it.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let skipped = lines.len().saturating_sub(TAIL_LINES_MAX);
    lines.get(skipped..).unwrap_or_default().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_does_not_end_is_killed_at_its_limit() {
        let mut sleep = Command::new("sleep");
        sleep.arg("600");
        let error = finish(sleep, "", Duration::from_millis(50)).await.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn input_reaches_the_program_and_output_comes_back() {
        let outcome = finish(Command::new("cat"), "hello", Duration::from_secs(10)).await.unwrap();
        assert!(outcome.success);
        assert_eq!(outcome.stdout, "hello");
    }

    #[test]
    fn only_the_last_lines_are_shown() {
        let text = (0..20).map(|n| format!("line {n}\n\n")).collect::<Vec<_>>().concat();
        let tail = tail(&text);
        assert!(tail.starts_with("line 12; ") && tail.ends_with("line 19"), "{tail}");
    }
}
