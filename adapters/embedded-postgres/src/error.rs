//! Why there is no database, one variant per thing that the operator does next.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why the private `PostgreSQL` did not start or stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Stop the other process, or use another folder.
    #[error(
        "another process{} uses the database in {}: stop it, or set DATA_DIR to another folder",
        .pid.map(|pid| format!(" ({pid})")).unwrap_or_default(), .folder.display()
    )]
    InUse {
        /// The folder that is locked.
        folder: PathBuf,
        /// Who holds the lock, if it is known.
        pid: Option<u32>,
    },
    /// Let the server's user into the folder, or use another one.
    #[error(
        "PostgreSQL refuses to run as root and can't reach {} as user {user}: set DATA_DIR to a \
         folder it can enter, like /var/lib/llm-observatory-storage, or allow it with `chmod o+x` \
         on every folder above", .folder.display()
    )]
    Unreachable {
        /// The folder that `DATA_DIR` names.
        folder: PathBuf,
        /// The user that the server would run as.
        user: String,
    },
    /// Start as the user who owns the folder, or use another one.
    #[error(
        "the database in {} belongs to user id {owner}: start as that user or as root, or set \
         DATA_DIR to another folder", .folder.display()
    )]
    ForeignFolder {
        /// The folder.
        folder: PathBuf,
        /// The user id that owns it.
        owner: u32,
    },
    /// Add an unprivileged user, or do not start as root.
    #[error(
        "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody` to run it: \
         start as another user, or add one with `useradd --system postgres`"
    )]
    NoUnprivilegedUser,
    /// Correct `POSTGRES_BIN_DIR`.
    #[error(
        "POSTGRES_BIN_DIR={}: {problem}: set it to a folder with initdb, pg_ctl and postgres of \
         version 14 or newer, or unset it", .folder.display()
    )]
    BinDir {
        /// The folder that the variable names.
        folder: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Install the server's programs.
    #[error(
        "no PostgreSQL server programs on this machine, and they could not be fetched \
         ({problem}): install them with `{install}`, or set DATABASE_URL to a database elsewhere"
    )]
    NoBinaries {
        /// Why fetching failed.
        problem: String,
        /// The command that installs them here.
        install: String,
    },
    /// Use binaries of the version that made the data, or another folder.
    #[error(
        "the database in {} was made by PostgreSQL {made_by}, but {found}: install PostgreSQL \
         {made_by}, or set POSTGRES_BIN_DIR to its programs, or set DATA_DIR to another folder",
         .folder.display()
    )]
    OtherVersion {
        /// The folder.
        folder: PathBuf,
        /// The major version of its data.
        made_by: u32,
        /// What there is instead.
        found: String,
    },
    /// Look at the folder; move it away to start empty.
    #[error(
        "{} is not a complete database ({problem}): move it away to start with an empty one, or \
         set DATA_DIR to another folder", .folder.display()
    )]
    Damaged {
        /// The cluster's folder.
        folder: PathBuf,
        /// What is missing.
        problem: String,
    },
    /// Read what initdb says.
    #[error("PostgreSQL could not create a database in {}: {output}", .folder.display())]
    Initialize {
        /// Where it was to be.
        folder: PathBuf,
        /// The last lines of what the program said.
        output: String,
    },
    /// Read what the server says.
    #[error("PostgreSQL ended while it started ({status}), see {}: {output}", .log.display())]
    Ended {
        /// How it ended.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        output: String,
    },
    /// Wait longer (recovery of a large database), or read what the server says.
    #[error("PostgreSQL was not ready within {waited:?}, see {}: {output}", .log.display())]
    NotReady {
        /// The limit that was reached.
        waited: Duration,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        output: String,
    },
    /// Look at the process; it survived even SIGKILL.
    #[error("process {pid} of the database in {} can't be stopped: end it by hand", .folder.display())]
    Unstoppable {
        /// The process.
        pid: u32,
        /// The folder it works in.
        folder: PathBuf,
    },
    /// Look at the disk, the permissions.
    #[error("could not {action} {}", .path.display())]
    Io {
        /// A verb phrase.
        action: &'static str,
        /// What it was done to.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: what was being done to what.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}
