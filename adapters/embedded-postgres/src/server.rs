//! The running database, as the application sees it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::Error;
use crate::binaries::Server;
use crate::cluster::{self, NAME};
use crate::folder::Folder;
use crate::lock::Lock;
use crate::postmaster::Postmaster;

/// A private `PostgreSQL` that runs. [`stop`](Self::stop) it when nobody uses it any more; dropped,
/// it is asked for a fast shutdown that nobody waits for.
#[must_use = "the server is stopped when this is dropped"]
pub struct EmbeddedPostgres {
    // Before the lock: dropped in this order.
    pub(crate) postmaster: Postmaster,
    pub(crate) lock: Lock,
    pub(crate) folder: Folder,
    pub(crate) server: Server,
    pub(crate) port: u16,
    pub(crate) url: String,
    pub(crate) stop_timeout: Duration,
}

impl EmbeddedPostgres {
    /// For tokio-postgres and sqlx; holds the password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port on 127.0.0.1; another one after every start.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `DATA_DIR/postgres`, absolute; not below the default `DATA_DIR` if that was out of reach.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's messages of this run.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.log()
    }

    /// Like 17.6.
    #[must_use]
    pub fn version(&self) -> &str {
        self.server.version().as_str()
    }

    /// Where the server's programs are.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        self.server.bin_dir()
    }

    /// The server's process id; nothing once it has ended.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.postmaster.pid().map(crate::processes::number)
    }

    /// What to type into a shell to look at the data. It shows no password: it names the file that
    /// has it, which only the user who started the service (and the server's) can read.
    #[must_use]
    pub fn psql_command(&self) -> String {
        let own = self.server.program("psql");
        let psql = if own.is_file() { own } else { PathBuf::from("psql") };
        let password_file = cluster::password_file(&self.folder.data());
        let (port, password_file, psql) = (self.port, quote(&password_file), quote(&psql));
        format!("PGPASSFILE={password_file} {psql} -h 127.0.0.1 -p {port} -U {NAME} {NAME}")
    }

    /// Waits until the server has ended without having been asked to, and says how. Whoever waits
    /// here can start another one on the same folder, once this is dropped.
    ///
    /// # Cancel safety
    /// Safe: an end is not missed by a later call.
    pub async fn ended(&mut self) -> ExitStatus {
        self.postmaster.ended().await
    }

    /// Stops the server: sessions end, everything is written. When `stop_timeout` is over the
    /// server is ended without the last checkpoint, which loses nothing: it recovers at the next
    /// start. Fine if the server has ended already.
    ///
    /// # Errors
    /// [`Error::Io`] if its end can't be waited for.
    ///
    /// # Cancel safety
    /// The server has been asked for a fast shutdown at least.
    pub async fn stop(self) -> Result<(), Error> {
        let Self { postmaster, lock, folder, stop_timeout, .. } = self;
        let stopped = postmaster.stop(stop_timeout).await;
        drop(lock);
        stopped.map_err(Error::io("stop PostgreSQL in", folder.path()))
    }
}

/// Without the password.
impl fmt::Debug for EmbeddedPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("EmbeddedPostgres");
        debug.field("folder", &self.folder()).field("port", &self.port);
        debug.field("server", &self.server).finish_non_exhaustive()
    }
}

/// For a POSIX shell.
fn quote(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_shell() {
        assert_eq!(quote(Path::new("/usr/bin/psql")), "/usr/bin/psql");
        assert_eq!(quote(Path::new("/my data/it's")), r"'/my data/it'\''s'");
    }
}
