//! Which files there are, and their requests one after the other.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use observatory_otlp::{FileRequest, Requests, RequestsOptions};
use observatory_ports::Signal;
use tokio::sync::mpsc::Sender;

use crate::cli::ImportTask;

/// How names of files in a folder end that are taken.
const ENDS: [&str; 3] = ["jsonl", "json", "binpb"];
const BUFFER_BYTES: usize = 1 << 16;

/// Where requests come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Standard input.
    Standard,
    /// A file.
    File(PathBuf),
}

/// What was read.
#[derive(Debug)]
pub(super) enum Read {
    /// A file begins.
    File(String),
    /// A request of `file`.
    Request { file: String, request: FileRequest },
    /// A file can't be read on; the others still are.
    Failed(String),
}

/// The files that `task` names; those of a folder in the order of their names.
pub(super) fn find(task: &ImportTask) -> anyhow::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for path in &task.inputs {
        if path == Path::new("-") {
            inputs.push(Input::Standard);
        } else if path.is_dir() {
            inputs.extend(files_of(path)?.into_iter().map(Input::File));
        } else {
            // That it can't be opened is told before anything is stored.
            File::open(path).with_context(|| format!("open {}", path.display()))?;
            inputs.push(Input::File(path.clone()));
        }
    }
    Ok(inputs)
}

fn files_of(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("list {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let end = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        if ENDS.contains(&end) {
            files.push(path);
        }
    }
    ensure!(
        !files.is_empty(),
        "{}: no file in it ends in .jsonl, .json or .binpb",
        folder.display()
    );
    files.sort();
    Ok(files)
}

/// Reads all of `inputs` into `to`, until they end or nobody takes them any more.
pub(super) fn read(inputs: Vec<Input>, options: RequestsOptions, to: &Sender<Read>) {
    for input in inputs {
        let taken = match input {
            Input::Standard => requests("standard input", io::stdin().lock(), options, to),
            Input::File(path) => {
                let name = path.display().to_string();
                let signal = options.signal.or_else(|| signal_of(&path));
                match File::open(&path) {
                    Ok(file) => {
                        let file = BufReader::with_capacity(BUFFER_BYTES, file);
                        requests(&name, file, RequestsOptions { signal, ..options }, to)
                    }
                    Err(error) => {
                        to.blocking_send(Read::Failed(format!("{name}: {error}"))).is_ok()
                    }
                }
            }
        };
        if !taken {
            return;
        }
    }
}

/// Whether somebody still takes them.
fn requests(name: &str, file: impl BufRead, options: RequestsOptions, to: &Sender<Read>) -> bool {
    let mut requests = Requests::new(file, options);
    if to.blocking_send(Read::File(name.to_owned())).is_err() {
        return false;
    }
    loop {
        let read = match requests.next_request() {
            Ok(Some(request)) => Read::Request { file: name.to_owned(), request },
            Ok(None) => return true,
            Err(error) => {
                let reason = format!("{name}: {:#}", anyhow::Error::from(error));
                return to.blocking_send(Read::Failed(reason)).is_ok();
            }
        };
        if to.blocking_send(read).is_err() {
            return false;
        }
    }
}

/// The signal that a protobuf file's name tells: `traces.binpb`, `2026-11-26.traces.binpb`. Lines of
/// JSON tell it themselves, and may be of several signals.
fn signal_of(path: &Path) -> Option<Signal> {
    if path.extension().is_some_and(|it| it == "jsonl" || it == "json") {
        return None;
    }
    let mut parts = path.file_name()?.to_str()?.split('.');
    parts.find_map(|part| Signal::ALL.into_iter().find(|it| it.name() == part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_protobuf_file_tells_its_signal() {
        let told = |name: &str| signal_of(Path::new(name));
        assert_eq!(told("a/traces.binpb"), Some(Signal::Traces));
        assert_eq!(told("000.logs.binpb"), Some(Signal::Logs));
        assert_eq!((told("traces.jsonl"), told("spans.binpb"), told("/")), (None, None, None));
    }

    #[test]
    fn a_folder_has_the_files_whose_names_end_as_exported_ones_do() {
        let folder = tempfile::tempdir().unwrap();
        let task = |path: &Path| ImportTask {
            inputs: vec![path.to_owned(), "-".into()],
            format: None,
            signal: None,
        };
        assert!(find(&task(folder.path())).unwrap_err().to_string().contains("no file in it"));
        for name in ["traces.binpb", "logs.jsonl", "logs.jsonl.partial", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let [logs, traces] = ["logs.jsonl", "traces.binpb"].map(|it| folder.path().join(it));
        let expected = [Input::File(logs), Input::File(traces), Input::Standard];
        assert_eq!(find(&task(folder.path())).unwrap(), expected);
        let missing = find(&task(&folder.path().join("missing"))).unwrap_err().to_string();
        assert!(missing.starts_with("open "), "{missing}");
    }
}
