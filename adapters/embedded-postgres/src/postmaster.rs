//! The running server: our child, in a process group of its own.
//!
//! It is not started by `pg_ctl`, which leaves it to process 1: as its parent we see at once how it
//! ended, no process id can be mistaken, and no zombie stays where process 1 does not reap.

use std::fs::File;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use std::{future, io};

use rustix::process::{Pid, Signal};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::binaries::Server;
use crate::command::command;
use crate::folder::Folder;
use crate::{leftovers, processes};

const LOOK_INTERVAL: Duration = Duration::from_millis(10);
/// An immediate shutdown writes nothing.
const IMMEDIATE_MAX: Duration = Duration::from_secs(5);

/// Asks for a fast shutdown when dropped, and does not wait for it.
#[derive(Debug)]
pub(crate) struct Postmaster {
    child: Child,
}

/// Why it did not get ready.
pub(crate) enum NotReady {
    Ended(ExitStatus),
    Late,
    Io(io::Error),
}

impl Postmaster {
    /// Starts the server on `folder`'s cluster, its messages going to `log`.
    pub(crate) fn spawn(
        server: &Server,
        folder: &Folder,
        port: u16,
        settings: &[String],
        log: File,
    ) -> io::Result<Self> {
        let program = server.program("postgres");
        let mut postgres = command(&program, folder.account(), folder.path());
        postgres.arg("-D").arg(folder.data()).arg("-p").arg(port.to_string());
        for setting in settings {
            postgres.arg("-c").arg(setting);
        }
        postgres.stdout(log.try_clone()?).stderr(Stdio::from(log));
        Ok(Self { child: postgres.spawn()? })
    }

    /// Nothing once it has ended and its end was seen.
    pub(crate) fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw)
    }

    /// Waits until the server takes connections.
    ///
    /// The sign is the one that `pg_ctl -w` waits for: line 8 of `postmaster.pid` says `ready`. The
    /// first line must be our child's process id: an older file or another server says nothing.
    pub(crate) async fn ready(&mut self, pid_file: &Path, limit: Duration) -> Result<(), NotReady> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().map_err(NotReady::Io)? {
                return Err(NotReady::Ended(status));
            }
            if self.pid().is_some()
                && leftovers::read_pid(pid_file) == self.pid()
                && says_ready(pid_file)
            {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(NotReady::Late);
            }
            sleep(LOOK_INTERVAL).await;
        }
    }

    /// Waits until the server has ended by itself.
    ///
    /// # Cancel safety
    /// Safe: an end is not missed by a later call.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        match self.child.wait().await {
            Ok(status) => status,
            // Only a process that is not our child can't be waited for.
            Err(error) => {
                tracing::error!(%error, "could not wait for PostgreSQL");
                future::pending().await
            }
        }
    }

    /// A fast shutdown; an immediate one after `fast_max`, then SIGKILL.
    pub(crate) async fn stop(mut self, fast_max: Duration) -> io::Result<()> {
        for (signal, limit) in [(Signal::INT, fast_max), (Signal::QUIT, IMMEDIATE_MAX)] {
            self.send(signal);
            match timeout(limit, self.child.wait()).await {
                Ok(ended) => return ended.map(drop),
                Err(_elapsed) => {
                    tracing::warn!(?signal, ?limit, "PostgreSQL did not stop in time");
                }
            }
        }
        self.child.kill().await
    }

    fn send(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            processes::send(pid, signal);
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        // Without a wait for a child that has ended the signal goes to its zombie, which is fine.
        self.send(Signal::INT);
    }
}

fn says_ready(pid_file: &Path) -> bool {
    std::fs::read_to_string(pid_file)
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
}
