//! How a transfer gets on: a line that moves on a terminal, and one line at the end everywhere. All on
//! standard error.

use std::fmt;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressStyle};

use super::database::tell;

/// Counts what was transferred.
pub(super) struct Progress {
    /// What is done: `exported`.
    done: &'static str,
    bar: ProgressBar,
    started: Instant,
    records: u64,
    requests: u64,
    bytes: u64,
}

impl Progress {
    pub(super) fn new(done: &'static str) -> Self {
        let bar = if io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {prefix}: {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { done, bar, started: Instant::now(), records: 0, requests: 0, bytes: 0 }
    }

    /// What is transferred now.
    pub(super) fn begin(&self, what: &str) {
        self.bar.set_prefix(what.to_owned());
        self.bar.set_message(self.to_string());
    }

    /// A request was transferred.
    pub(super) fn add(&mut self, records: u64, bytes: u64) {
        self.records += records;
        self.requests += 1;
        self.bytes += bytes;
        self.bar.set_message(self.to_string());
    }

    /// Writes `line` above the one that moves.
    pub(super) fn tell(&self, line: &str) {
        self.bar.suspend(|| tell(line));
    }

    /// All is done.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
        tell(&format!("{} {self}", self.done));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = self.started.elapsed();
        let size = |bytes| ByteSize(bytes).display().iec();
        // Whole milliseconds, at least one: enough for people.
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let speed = size(self.bytes.saturating_mul(1000) / millis);
        write!(
            f,
            "{} records in {} requests, {} ({speed}/s, {:.1} s)",
            self.records,
            self.requests,
            size(self.bytes),
            took.as_secs_f64(),
        )
    }
}
