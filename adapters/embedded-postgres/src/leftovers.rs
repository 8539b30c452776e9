//! What a killed run left is ended, and its claim to be alive is overruled.
//!
//! Called under the folder's lock, so that every process found here has lost its owner.

use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::time::{Instant, sleep};

use crate::account::Account;
use crate::folder::{Folder, INITIALIZING};
use crate::processes::{number, of_folder, send};
use crate::{Error, Progress, Step, files};

/// A fast shutdown ends with a checkpoint, which may have much to write.
const FAST_MAX: Duration = Duration::from_secs(10);
const IMMEDIATE_MAX: Duration = Duration::from_secs(5);
const KILL_MAX: Duration = Duration::from_secs(5);
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Ends every process of the folder and removes half-made clusters.
pub(crate) async fn clear(folder: &Folder, progress: &dyn Progress) -> Result<(), Error> {
    end_processes(folder, progress).await?;
    overrule_pid_file(&folder.pid_file(), folder.account())?;
    files::remove_leftovers(folder.path(), INITIALIZING)
        .map_err(Error::io("remove leftovers in", folder.path()))
}

async fn end_processes(folder: &Folder, progress: &dyn Progress) -> Result<(), Error> {
    let found = processes_of(folder)?;
    let Some(first) = found.first() else { return Ok(()) };
    let postmaster = read_pid(&folder.pid_file()).filter(|pid| found.contains(pid));
    let pid = number(postmaster.unwrap_or(*first));
    tracing::info!(pid, folder = %folder.path().display(), "stopping what an earlier run left");
    progress.report(&Step::StoppingLeftover { pid });

    // A postmaster ends its own backends, and writes what is left to write.
    if let Some(postmaster) = postmaster {
        for (signal, limit) in [(Signal::INT, FAST_MAX), (Signal::QUIT, IMMEDIATE_MAX)] {
            send(postmaster, signal);
            if all_gone(folder, limit).await? {
                return Ok(());
            }
        }
    }
    // Backends without one, and initdb, have nothing to save; the log is replayed anyhow.
    processes_of(folder)?.into_iter().for_each(|pid| send(pid, Signal::KILL));
    if all_gone(folder, KILL_MAX).await? {
        return Ok(());
    }
    match processes_of(folder)?.first() {
        Some(pid) => {
            Err(Error::Unstoppable { pid: number(*pid), folder: folder.path().to_path_buf() })
        }
        None => Ok(()),
    }
}

fn processes_of(folder: &Folder) -> Result<Vec<Pid>, Error> {
    of_folder(folder.path(), folder.account())
}

async fn all_gone(folder: &Folder, limit: Duration) -> Result<bool, Error> {
    let deadline = Instant::now() + limit;
    while !processes_of(folder)?.is_empty() {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        sleep(LOOK_INTERVAL).await;
    }
    Ok(true)
}

/// No server of this folder lives, yet `postmaster.pid` may name a process id that is in use again,
/// by a stranger or a zombie, and `PostgreSQL` would refuse to start. The file is not removed: it
/// also lets the server check that no orphan holds the old shared memory. Its process id is
/// replaced by ours instead, because a server takes its own parent's for stale.
fn overrule_pid_file(path: &Path, account: &Account) -> Result<(), Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("read", path)(error)),
    };
    let Some((_, rest)) = text.split_once('\n') else {
        // Cut off while it was written: nothing in it can be checked.
        return std::fs::remove_file(path).map_err(Error::io("remove", path));
    };
    std::fs::remove_file(path).map_err(Error::io("remove", path))?;
    files::write_secret(path, &format!("{}\n{rest}", std::process::id()))
        .map_err(Error::io("write", path))?;
    account.give(path)
}

/// The first line of `postmaster.pid`.
pub(crate) fn read_pid(path: &Path) -> Option<Pid> {
    std::fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_process_id_becomes_ours_and_the_shared_memory_line_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postmaster.pid");
        std::fs::write(&path, "1\n/data\n1700000000\n5432\n\n127.0.0.1\n  123 456\nready   \n")
            .unwrap();
        overrule_pid_file(&path, &Account::Ourselves).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let ours = std::process::id();
        assert_eq!(
            text,
            format!("{ours}\n/data\n1700000000\n5432\n\n127.0.0.1\n  123 456\nready   \n")
        );
    }

    #[test]
    fn a_torn_pid_file_is_removed_and_a_missing_one_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postmaster.pid");
        for torn in ["", "12"] {
            std::fs::write(&path, torn).unwrap();
            overrule_pid_file(&path, &Account::Ourselves).unwrap();
            assert!(!path.is_file());
        }
        overrule_pid_file(&path, &Account::Ourselves).unwrap();
    }
}
