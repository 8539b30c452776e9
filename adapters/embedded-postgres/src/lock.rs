//! One process a folder: an flock, which the kernel drops with its holder, however that dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use tokio::time::{Instant, sleep};

use crate::Error;

const RETRY_DELAY: Duration = Duration::from_millis(50);

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Somebody else holds it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) pid: Option<u32>,
}

impl Lock {
    /// Takes the lock `path`, which is made if it is missing; waits for another holder until
    /// `wait_max` is over.
    pub(crate) async fn take(path: &Path, wait_max: Duration) -> Result<Result<Self, Held>, Error> {
        let mut file = open(path)?;
        let deadline = Instant::now() + wait_max;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    sleep(RETRY_DELAY).await;
                }
                Err(TryLockError::WouldBlock) => return Ok(Err(Held { pid: holder(&mut file) })),
                Err(TryLockError::Error(error)) => return Err(Error::io("lock", path)(error)),
            }
        }
        let mut sign = || {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(std::process::id().to_string().as_bytes())
        };
        sign().map_err(Error::io("write", path))?;
        Ok(Ok(Self { _file: file }))
    }
}

/// Not through a symbolic link: the folder may be another user's, and we may be root.
fn open(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o644);
    if let Ok(flags) = i32::try_from(OFlags::NOFOLLOW.bits()) {
        options.custom_flags(flags);
    }
    options.open(path).map_err(Error::io("open", path))
}

/// What the holder wrote; nothing while it writes.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;

    #[tokio::test]
    async fn the_second_is_told_who_holds_the_lock_and_gets_it_once_that_one_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, AT_ONCE).await.unwrap().unwrap();
        let held = Lock::take(&path, AT_ONCE).await.unwrap().unwrap_err();
        assert_eq!(held.pid, Some(std::process::id()));
        drop(first);
        Lock::take(&path, Duration::from_secs(10)).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_symbolic_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "kept").unwrap();
        let path = folder.path().join("lock");
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        assert!(Lock::take(&path, AT_ONCE).await.is_err());
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "kept");
    }
}
