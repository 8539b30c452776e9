//! Where things are, and that the server's user can get there.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::files::create_folders;
use crate::{DataDir, Error};

/// Where root's server keeps its data if it can't reach the default folder.
const FALLBACK: &str = "/var/lib/llm-observatory-storage";

/// The prefix of the folders that initdb works in.
pub(crate) const INITIALIZING: &str = "initializing-";

/// `DATA_DIR/postgres`, absolute and without symbolic links, and who runs the server in it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    account: Account,
}

impl Folder {
    /// Makes the folder if it is missing, and makes sure that the server can reach it.
    pub(crate) fn open(data_dir: &DataDir) -> Result<Self, Error> {
        Self::open_or(data_dir, Path::new(FALLBACK))
    }

    fn open_or(data_dir: &DataDir, fallback: &Path) -> Result<Self, Error> {
        match (Self::open_at(data_dir.path()), data_dir) {
            (Err(Error::Unreachable { folder, user }), DataDir::Default(_)) => {
                tracing::info!(
                    unreachable = %folder.display(), user, folder = %fallback.display(),
                    "the database is kept elsewhere: PostgreSQL refuses to run as root, and its \
                     user can't enter the default folder"
                );
                Self::open_at(fallback)
            }
            (result, _) => result,
        }
    }

    fn open_at(data_dir: &Path) -> Result<Self, Error> {
        let path = std::path::absolute(data_dir)
            .map_err(Error::io("find the absolute path of", data_dir))?
            .join("postgres");
        check_owner(&path)?;
        let account = Account::for_data(&path.join("data"))?;
        let unreachable =
            || Error::Unreachable { folder: path.clone(), user: account.name().to_owned() };
        if !account.can_enter(nearest_existing(&path))? {
            return Err(unreachable());
        }
        let mode = if account == Account::Ourselves { 0o700 } else { 0o755 };
        create_folders(&path, mode).map_err(Error::io("create", &path))?;
        if !account.can_enter(&path)? {
            return Err(unreachable());
        }
        let path = path.canonicalize().map_err(Error::io("resolve", &path))?;
        Ok(Self { path, account })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// The cluster, as `initdb` made it.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// Of a running or killed postmaster.
    pub(crate) fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    /// Where this process's initdb works.
    pub(crate) fn initializing(&self) -> PathBuf {
        self.path.join(format!("{INITIALIZING}{}", std::process::id()))
    }
}

/// A normal user can't use what root or another user made; told here rather than by some refused
/// write later.
fn check_owner(path: &Path) -> Result<(), Error> {
    let ourselves = rustix::process::geteuid();
    if ourselves.is_root() {
        return Ok(());
    }
    for path in [path.to_path_buf(), path.join("data")] {
        match path.metadata() {
            Ok(found) if found.uid() != ourselves.as_raw() => {
                return Err(Error::ForeignFolder { folder: path, owner: found.uid() });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("look at", &path)(error)),
        }
    }
    Ok(())
}

fn nearest_existing(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// As root: a home that only root can enter. As a normal user nothing of this is needed.
    fn home(mode: u32) -> Option<tempfile::TempDir> {
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), Permissions::from_mode(mode)).unwrap();
        rustix::process::geteuid().is_root().then_some(home)
    }

    #[test]
    fn an_unreachable_default_folder_falls_back_and_leaves_nothing_behind() {
        let (Some(home), Some(fallback)) = (home(0o700), home(0o755)) else { return };
        let data_dir = DataDir::Default(home.path().join("project/observatory-data"));
        let folder = Folder::open_or(&data_dir, fallback.path()).unwrap();
        assert_eq!(folder.path(), fallback.path().canonicalize().unwrap().join("postgres"));
        assert_eq!(home.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn an_unreachable_explicit_folder_is_an_error_that_names_path_variable_and_remedy() {
        let (Some(home), Some(fallback)) = (home(0o700), home(0o755)) else { return };
        let data_dir = DataDir::Explicit(home.path().join("data"));
        let error = Folder::open_or(&data_dir, fallback.path()).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }));
        let text = error.to_string();
        for part in [home.path().to_str().unwrap(), "DATA_DIR", "chmod o+x"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(fallback.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn a_reachable_folder_is_made_with_what_is_missing_above_it() {
        let Some(home) = home(0o755) else { return };
        let data_dir = DataDir::Default(home.path().join("a/b"));
        let folder = Folder::open_or(&data_dir, Path::new("/nonexistent")).unwrap();
        assert!(folder.path().ends_with("a/b/postgres") && folder.path().is_dir());
    }
}
