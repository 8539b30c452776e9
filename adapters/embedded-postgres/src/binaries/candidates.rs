//! Where a machine keeps its server programs, the best guess first.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::account::Account;
use crate::command::{command, finish};

const PG_CONFIG_MAX: Duration = Duration::from_secs(10);

/// Package managers, and how they install a server.
const INSTALLERS: [(&str, &str); 6] = [
    ("apt-get", "apt-get install postgresql"),
    ("dnf", "dnf install postgresql-server"),
    ("apk", "apk add postgresql"),
    ("pacman", "pacman -S postgresql"),
    ("zypper", "zypper install postgresql-server"),
    ("brew", "brew install postgresql"),
];

/// Where to look.
#[derive(Debug, Clone)]
pub(super) struct Places {
    path: OsString,
    installed: PathBuf,
}

impl Places {
    pub(super) fn of_this_machine() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self { path, installed: PathBuf::from("/usr/lib/postgresql") }
    }

    /// A program on PATH.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
    }

    /// The one command that installs server programs here.
    pub(super) fn install_command(&self) -> String {
        let found = INSTALLERS.iter().find(|(program, _)| self.program(program).is_some());
        found.map_or("apt-get install postgresql", |(_, command)| command).to_owned()
    }

    /// `/usr/lib/postgresql/17/bin` and the like, newest first: that is Debian's layout.
    fn versioned(&self) -> Vec<PathBuf> {
        let Ok(entries) = self.installed.read_dir() else { return Vec::new() };
        let mut found: Vec<(u32, PathBuf)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
            })
            .collect();
        found.sort_by(|one, other| other.cmp(one));
        found.into_iter().map(|(_, folder)| folder).collect()
    }
}

/// The folders to try, in order; not all of them need exist.
pub(super) async fn list(places: &Places) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(pg_config) = places.program("pg_config") {
        folders.extend(ask(&pg_config).await);
    }
    if let Some(postgres) = places.program("postgres") {
        // A link leads to the real folder, which has all programs; the link's may have one.
        let real = postgres.canonicalize().ok();
        let parents = [real, Some(postgres)].into_iter().flatten();
        folders.extend(parents.filter_map(|program| program.parent().map(Path::to_path_buf)));
    }
    folders.extend(places.versioned());
    folders
}

async fn ask(pg_config: &Path) -> Option<PathBuf> {
    let mut bindir = command(pg_config, &Account::Ourselves, Path::new("/"));
    bindir.arg("--bindir");
    let outcome = finish(bindir, "", PG_CONFIG_MAX).await.ok().filter(|outcome| outcome.success)?;
    Some(PathBuf::from(outcome.stdout.trim())).filter(|folder| folder.is_absolute())
}

#[cfg(test)]
impl Places {
    pub(super) fn new(path: &Path, installed: &Path) -> Self {
        Self { path: path.into(), installed: installed.to_path_buf() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[tokio::test]
    async fn pg_config_comes_first_then_path_then_the_newest_installed() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let (path, real) = (root.join("path"), root.join("real"));
        for folder in ["path", "real", "lib/9.6", "lib/17", "lib/15", "lib/common"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let pg_config = path.join("pg_config");
        std::fs::write(&pg_config, "#!/bin/sh\necho /from/pg_config\n").unwrap();
        std::fs::set_permissions(&pg_config, Permissions::from_mode(0o755)).unwrap();
        std::fs::write(real.join("postgres"), "").unwrap();
        symlink(real.join("postgres"), path.join("postgres")).unwrap();

        let folders = list(&Places::new(&path, &root.join("lib"))).await;
        // 9.6 is no number, and too old anyway.
        let wanted = [
            "/from/pg_config".into(),
            real,
            path,
            root.join("lib/17/bin"),
            root.join("lib/15/bin"),
        ];
        assert_eq!(folders, wanted);
    }

    #[tokio::test]
    async fn a_bare_machine_has_no_candidates_and_still_an_install_command() {
        let empty = tempfile::tempdir().unwrap();
        let places = Places::new(empty.path(), empty.path());
        assert_eq!(list(&places).await, Vec::<PathBuf>::new());
        assert_eq!(places.install_command(), "apt-get install postgresql");
        std::fs::write(empty.path().join("dnf"), "").unwrap();
        assert_eq!(places.install_command(), "dnf install postgresql-server");
    }
}
