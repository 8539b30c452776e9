//! The server's programs: those of this machine if they fit, else the pinned wheel's.
//!
//! They fit if `initdb`, `pg_ctl` and `postgres` are there, the server's user can run them, they
//! are [`Version::MAJOR_MIN`] or newer, and of the major version that made the data, if there are
//! data: a folder that began with fetched programs keeps working after another version is
//! installed.

mod cache;
mod candidates;
mod download;
mod unpack;
mod wheel;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::account::Account;
use crate::command::{command, finish, tail};
use crate::folder::Folder;
use crate::version::Version;
use crate::{Error, Options, Progress, ServerBinaries};

/// All of them, or else it is a client's installation. `pg_ctl` is not run by us, but by people.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
const PROBE_MAX: Duration = Duration::from_secs(30);

/// A folder with a server's programs that run.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    bin_dir: PathBuf,
    version: Version,
}

impl Server {
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }

    pub(crate) fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    pub(crate) fn version(&self) -> &Version {
        &self.version
    }

    /// Tries the programs in `folder`; says what is wrong with them otherwise.
    async fn probe(folder: &Path, account: &Account) -> Result<Self, String> {
        // Absolute, since programs are run from another folder.
        let bin_dir = folder.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            _ => error.to_string(),
        })?;
        if let Some(missing) = PROGRAMS.iter().find(|name| !bin_dir.join(name).is_file()) {
            return Err(format!("there is no {missing} in it"));
        }
        let mut postgres = command(&bin_dir.join("postgres"), account, Path::new("/"));
        postgres.arg("--version");
        let outcome = finish(postgres, "", PROBE_MAX)
            .await
            .map_err(|error| format!("user {} can't run its postgres: {error}", account.name()))?;
        if !outcome.success {
            return Err(format!("its postgres does not run: {}", tail(&outcome.stderr)));
        }
        let version = Version::parse(&outcome.stdout)
            .ok_or_else(|| format!("its postgres says {:?}", tail(&outcome.stdout)))?;
        if version.major() < Version::MAJOR_MIN {
            return Err(format!("it holds PostgreSQL {version}, too old"));
        }
        Ok(Self { bin_dir, version })
    }

    /// For messages.
    fn has(&self) -> String {
        format!("{} has {}", self.bin_dir.display(), self.version)
    }

    fn fits(&self, made_by: Option<u32>) -> bool {
        made_by.is_none_or(|major| major == self.version.major())
    }
}

/// Finds the programs for `folder`, whose data were made by the major version `made_by`.
pub(crate) async fn choose(
    options: &Options,
    folder: &Folder,
    made_by: Option<u32>,
    progress: &dyn Progress,
) -> Result<Server, Error> {
    let places = candidates::Places::of_this_machine();
    let unfit = match &options.binaries {
        ServerBinaries::Explicit(bin_dir) => return explicit(bin_dir, folder, made_by).await,
        ServerBinaries::Fetched => None,
        ServerBinaries::FoundOrFetched => {
            match search(&candidates::list(&places).await, folder.account(), made_by).await {
                Ok(server) => return Ok(server),
                Err(unfit) => unfit,
            }
        }
    };
    if let Some(made_by) = made_by.filter(|made_by| *made_by != wheel::MAJOR) {
        let found = unfit.as_ref().map_or("no server programs were found".to_owned(), Server::has);
        return Err(other_version(folder, made_by, found));
    }
    match (cache::server(options, &places, folder.account(), progress).await, made_by) {
        (Ok(server), _) => Ok(server),
        (Err(cache::Failed::Cache(error)), _) => Err(error),
        (Err(cache::Failed::Fetch(problem)), None) => {
            Err(Error::NoBinaries { problem, install: places.install_command() })
        }
        (Err(cache::Failed::Fetch(problem)), Some(made_by)) => {
            let found = format!("its programs could not be fetched ({problem})");
            Err(other_version(folder, made_by, found))
        }
    }
}

/// Those that the operator named, or none.
async fn explicit(bin_dir: &Path, folder: &Folder, made_by: Option<u32>) -> Result<Server, Error> {
    let server = Server::probe(bin_dir, folder.account())
        .await
        .map_err(|problem| Error::BinDir { folder: bin_dir.to_path_buf(), problem })?;
    match made_by {
        Some(made_by) if !server.fits(Some(made_by)) => {
            Err(other_version(folder, made_by, server.has()))
        }
        _ => Ok(server),
    }
}

fn other_version(folder: &Folder, made_by: u32, found: String) -> Error {
    Error::OtherVersion { folder: folder.path().to_path_buf(), made_by, found }
}

/// The first of `folders` that fits; else one that would but for its version, to be named.
async fn search(
    folders: &[PathBuf],
    account: &Account,
    made_by: Option<u32>,
) -> Result<Server, Option<Server>> {
    let mut unfit = None;
    for folder in folders {
        match Server::probe(folder, account).await {
            Ok(server) if server.fits(made_by) => return Ok(server),
            Ok(server) => unfit = unfit.or(Some(server)),
            Err(problem) => {
                tracing::debug!(folder = %folder.display(), problem, "not these server programs");
            }
        }
    }
    Err(unfit)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Programs that only tell a version.
    fn fake(parent: &Path, version: &str) -> PathBuf {
        let folder = parent.join(version);
        std::fs::create_dir(&folder).unwrap();
        for name in PROGRAMS {
            let script = format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n");
            std::fs::write(folder.join(name), script).unwrap();
            std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    #[tokio::test]
    async fn the_first_that_fits_is_taken_and_the_old_and_the_incomplete_are_skipped() {
        let parent = tempfile::tempdir().unwrap();
        let (old, new, newer) =
            (fake(parent.path(), "13.9"), fake(parent.path(), "16.2"), fake(parent.path(), "17.1"));
        let client = fake(parent.path(), "17.9");
        std::fs::remove_file(client.join("initdb")).unwrap();
        let folders = [parent.path().join("missing"), old, client, new, newer];
        let mine = &Account::Ourselves;
        let taken = search(&folders, mine, None).await.unwrap();
        assert_eq!(taken.version().as_str(), "16.2");
        let for_data = search(&folders, mine, Some(17)).await.unwrap();
        assert_eq!(for_data.version().as_str(), "17.1");
        let unfit = search(&folders, mine, Some(15)).await.unwrap_err().unwrap();
        assert_eq!(unfit.version().as_str(), "16.2");
        assert!(search(folders.get(..3).unwrap(), mine, None).await.unwrap_err().is_none());
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_folder_is_told() {
        let parent = tempfile::tempdir().unwrap();
        let broken = fake(parent.path(), "17.2");
        std::fs::write(broken.join("postgres"), "#!/bin/sh\necho no libpq >&2\nexit 127").unwrap();
        for (folder, told) in [
            (parent.path().join("missing"), "no such folder"),
            (parent.path().to_path_buf(), "no initdb"),
            (fake(parent.path(), "9.6.1"), "9.6.1, too old"),
            (broken, "no libpq"),
        ] {
            let problem = Server::probe(&folder, &Account::Ourselves).await.unwrap_err();
            assert!(problem.contains(told), "{problem}");
        }
    }
}
