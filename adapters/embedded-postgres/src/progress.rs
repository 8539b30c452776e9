//! What a person who waits is told. How it is drawn is the caller's business.

use std::fmt;
use std::path::Path;

/// Hears of every step of a start that can take noticeable time.
pub trait Progress: Send + Sync {
    /// A step begins, or, for [`Step::Fetching`], has come further. Must not block.
    fn report(&self, step: &Step<'_>);
}

/// A step of a start, in the order in which they come. `Display` gives the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// A server or an initdb of a service that was killed is stopped.
    StoppingLeftover {
        /// One of its processes.
        pid: u32,
    },
    /// Another process is filling the cache.
    WaitingForCache {
        /// The cache.
        folder: &'a Path,
    },
    /// The server's programs are downloaded.
    Fetching {
        /// 0 to 100.
        percent: u8,
    },
    /// The download is unpacked and tried.
    Unpacking {
        /// Where it will be.
        folder: &'a Path,
    },
    /// A new database is made.
    Initializing {
        /// Where it will be.
        folder: &'a Path,
    },
    /// The server starts; after a crash it also recovers.
    Starting {
        /// The server's version, like 17.6.
        version: &'a str,
    },
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StoppingLeftover { pid } => {
                write!(f, "stopping the PostgreSQL that an earlier run left (process {pid})")
            }
            Self::WaitingForCache { folder } => {
                write!(f, "waiting for another process that fills {}", folder.display())
            }
            Self::Fetching { percent } => write!(f, "fetching PostgreSQL: {percent} %"),
            Self::Unpacking { folder } => write!(f, "unpacking PostgreSQL to {}", folder.display()),
            Self::Initializing { folder } => {
                write!(f, "creating a database in {}", folder.display())
            }
            Self::Starting { version } => write!(f, "starting PostgreSQL {version}"),
        }
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn report(&self, _step: &Step<'_>) {}
}
