//! The server's messages: this run's and the one's before, so that a disk never fills with them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::Error;
use crate::command;

/// How much of the end is read for an error.
const TAIL_BYTES_MAX: u64 = 4096;

/// Keeps the messages of the last run under another name, and begins a new file.
pub(crate) fn rotate(path: &Path) -> Result<File, Error> {
    match std::fs::rename(path, path.with_extension("previous")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("rename", path)(error));
        }
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.append(true).create_new(true).mode(0o600).open(path).map_err(Error::io("create", path))
}

/// The last lines, as an error shows them; empty if they can't be read.
pub(crate) fn tail(path: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(TAIL_BYTES_MAX)))?;
        let mut end = Vec::new();
        file.take(TAIL_BYTES_MAX).read_to_end(&mut end)?;
        Ok(end)
    };
    command::tail(&String::from_utf8_lossy(&read().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn two_runs_are_kept_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        for run in ["first", "second", "third"] {
            write!(rotate(&path).unwrap(), "{run}").unwrap();
        }
        assert_eq!(tail(&path), "third");
        assert_eq!(tail(&folder.path().join("log.previous")), "second");
        assert_eq!(folder.path().read_dir().unwrap().count(), 2);
    }

    #[test]
    fn the_tail_of_a_huge_log_is_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        write!(rotate(&path).unwrap(), "{}\nthe end", "x".repeat(1 << 20)).unwrap();
        let tail = tail(&path);
        assert!(tail.ends_with("the end") && tail.len() < 4200);
    }
}
