//! One instrumentation's requests.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use observatory_ports::Signal;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/instrumentations");

/// The captures, by name.
pub(crate) fn names() -> Vec<String> {
    sorted(Path::new(FOLDER)).iter().map(|it| last_part(it)).collect()
}

/// The folder of the capture `name`.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// Its requests in order of arrival.
pub(crate) fn requests(name: &str) -> Vec<(Signal, Bytes)> {
    let requests = sorted(&folder(name)).into_iter().filter_map(|path| {
        let name = last_part(&path);
        let signal = name.strip_suffix(".binpb")?.split('.').nth(1)?;
        let signal = Signal::ALL.into_iter().find(|it| it.name() == signal).unwrap();
        Some((signal, std::fs::read(&path).unwrap().into()))
    });
    requests.collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn last_part(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
