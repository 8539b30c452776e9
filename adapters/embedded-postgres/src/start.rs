//! From a folder in any state to a running server.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::binaries::{self, Server};
use crate::cluster::{self, NAME};
use crate::error::Error;
use crate::folder::Folder;
use crate::lock::{Held, Lock};
use crate::postmaster::{NotReady, Postmaster};
use crate::{EmbeddedPostgres, Options, Progress, Step, leftovers, log, settings};

/// A process that was just killed holds its lock a moment longer.
const LOCK_WAIT_MAX: Duration = Duration::from_millis(500);
/// Somebody may take the port between our look and the server's.
const PORT_ATTEMPTS_MAX: usize = 5;

/// Starts the private `PostgreSQL` of a folder, making whatever is missing.
///
/// # Errors
/// Every [`Error`] names the path or variable and the remedy.
///
/// # Cancel safety
/// Dropped half-way it leaves a folder that starts again: programs it runs are killed, a server
/// that was starting is asked to stop.
pub async fn start(options: Options, progress: &dyn Progress) -> Result<EmbeddedPostgres, Error> {
    let folder = Folder::open(&options.data_dir)?;
    let lock = match Lock::take(&folder.lock(), LOCK_WAIT_MAX).await? {
        Ok(lock) => lock,
        Err(Held { pid }) => {
            return Err(Error::InUse { folder: folder.path().to_path_buf(), pid });
        }
    };
    // For a normal user who comes after a root that worked in his folder.
    folder.account().give(&folder.lock())?;
    leftovers::clear(&folder, progress).await?;

    let made_by = cluster::made_by(&folder.data())?;
    let server = binaries::choose(&options, &folder, made_by, progress).await?;
    if made_by.is_none() {
        cluster::create(&folder, &server, progress).await?;
    }
    let password = cluster::password(&folder.data())?;
    progress.report(&Step::Starting { version: server.version().as_str() });
    let (postmaster, port) = run(&options, &folder, &server, free_port).await?;
    let url = format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}?sslmode=disable");
    tracing::info!(
        folder = %folder.path().display(), version = %server.version(), port, "PostgreSQL is ready"
    );
    let stop_timeout = options.stop_timeout;
    Ok(EmbeddedPostgres { postmaster, lock, folder, server, port, url, stop_timeout })
}

/// Starts the server on a free port, and on another one if somebody was quicker.
async fn run(
    options: &Options,
    folder: &Folder,
    server: &Server,
    mut port: impl FnMut() -> io::Result<u16>,
) -> Result<(Postmaster, u16), Error> {
    let settings = settings::choose(server, folder).await?;
    let log_file = log::rotate(&folder.log())?;
    folder.account().give(&folder.log())?;
    let mut attempts_left = PORT_ATTEMPTS_MAX;
    loop {
        attempts_left -= 1;
        let port = port().map_err(Error::io("find a free port for", folder.path()))?;
        let log = log_file.try_clone().map_err(Error::io("open", &folder.log()))?;
        let mut postmaster = Postmaster::spawn(server, folder, port, &settings, log)
            .map_err(Error::io("run", &server.program("postgres")))?;
        match postmaster.ready(&folder.pid_file(), options.start_timeout).await {
            Ok(()) => return Ok((postmaster, port)),
            Err(NotReady::Ended(_)) if attempts_left > 0 && is_taken(port) => {
                tracing::debug!(port, "somebody took the port, trying another");
            }
            Err(not_ready) => return Err(explain(not_ready, options, folder)),
        }
    }
}

fn explain(not_ready: NotReady, options: &Options, folder: &Folder) -> Error {
    let (log, output) = (folder.log(), log::tail(&folder.log()));
    match not_ready {
        NotReady::Ended(status) => Error::Ended { status: status.to_string(), log, output },
        NotReady::Late => Error::NotReady { waited: options.start_timeout, log, output },
        NotReady::Io(source) => Error::io("wait for PostgreSQL in", folder.path())(source),
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::{DataDir, NoProgress};

    #[tokio::test]
    async fn a_port_that_somebody_takes_first_is_given_up_and_a_broken_server_is_not_retried() {
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
        let options = Options::new(DataDir::Explicit(home.path().to_path_buf()));
        let folder = Folder::open(&options.data_dir).unwrap();
        let server = binaries::choose(&options, &folder, None, &NoProgress).await.unwrap();
        cluster::create(&folder, &server, &NoProgress).await.unwrap();

        let somebody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = somebody.local_addr().unwrap().port();
        let mut ports = vec![free_port().unwrap(), taken, taken];
        let (postmaster, port) =
            run(&options, &folder, &server, || Ok(ports.pop().unwrap())).await.unwrap();
        assert!(ports.is_empty() && port != taken);
        postmaster.stop(options.stop_timeout).await.unwrap();

        let always = run(&options, &folder, &server, || Ok(taken)).await.err().unwrap();
        assert!(matches!(&always, Error::Ended { output, .. } if !output.is_empty()), "{always}");

        std::fs::write(folder.data().join("postgresql.conf"), "nonsense = 1\n").unwrap();
        let mut asked = 0;
        let port = || {
            asked += 1;
            free_port()
        };
        let broken = run(&options, &folder, &server, port).await.err().unwrap();
        assert!(broken.to_string().contains("nonsense"), "{broken}");
        assert_eq!(asked, 1);
    }
}
