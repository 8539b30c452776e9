//! `bench`: measurements. See docs/BENCHMARKS.md for how to read them.

use anyhow::bail;

use crate::shell::cargo;

/// Runs the suite called `suite`.
pub(crate) fn run(suite: &str, words: &[String]) -> anyhow::Result<()> {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match suite {
        "criterion" => {
            let bench = ["bench", "--package", "observatory-tests", "--bench", "own_part", "--"];
            cargo(&[&bench[..], &words].concat())
        }
        "end-to-end" => {
            cargo(&["build", "--release", "--package", "llm-observatory-storage"])?;
            let bins = ["--bin", "end-to-end-bench", "--bin", "raw-copy"];
            let build = ["build", "--release", "--package", "observatory-tests"];
            cargo(&[&build[..], &bins].concat())?;
            let run = ["run", "--release", "--quiet", "--package", "observatory-tests"];
            cargo(&[&run[..], &["--bin", "end-to-end-bench", "--"], &words].concat())
        }
        other => bail!("no suite is called {other}: valid are criterion and end-to-end"),
    }
}
