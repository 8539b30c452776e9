//! The user that initdb and the server run as: both refuse root.
//!
//! A normal user runs them as himself. Root runs them as the owner of the data, if there are data
//! (so that `sudo` on a normal user's folder leaves it usable to him), else as `postgres`, else as
//! `nobody`.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Blocking, Stdio};

use tokio::process::Command;

use crate::Error;

/// Who runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// Whoever we are.
    Ourselves,
    /// We are root, and this is who steps in.
    Other { uid: u32, gid: u32, name: String },
}

impl Account {
    /// Who runs the server on `data`, which need not exist yet.
    pub(crate) fn for_data(data: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let owner = data.metadata().ok().filter(|data| data.uid() != 0);
        if let Some(owner) = owner {
            let (uid, gid) = (owner.uid(), owner.gid());
            return Ok(Self::Other { uid, gid, name: uid.to_string() });
        }
        let users = Path::new("/etc/passwd");
        let text = std::fs::read_to_string(users).map_err(Error::io("read", users))?;
        find_user(&text, "postgres")
            .or_else(|| find_user(&text, "nobody"))
            .ok_or(Error::NoUnprivilegedUser)
    }

    /// Makes `command` run as this account, without our supplementary groups.
    pub(crate) fn lend_to(&self, command: &mut Command) {
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
    }

    /// Makes this account the owner of `path`.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid, .. } => {
                chown(path, Some(*uid), Some(*gid)).map_err(Error::io("change the owner of", path))
            }
        }
    }

    /// Whether this account can enter `folder`; seen by trying, since modes are not all there is
    /// (access lists, mounts, security modules).
    pub(crate) fn can_enter(&self, folder: &Path) -> Result<bool, Error> {
        match self.enter(folder) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(Error::io("enter", folder)(error)),
        }
    }

    /// Enters `folder` as this account, and gives its path without symbolic links.
    pub(crate) fn enter(&self, folder: &Path) -> io::Result<PathBuf> {
        let mut shell = Blocking::new("/bin/sh");
        shell.arg("-c").arg("pwd -P").stdin(Stdio::null()).process_group(0);
        if let Self::Other { uid, gid, .. } = self {
            shell.uid(*uid).gid(*gid);
        }
        // The new process changes its user first and its folder second.
        let mut path = shell.current_dir(folder).stderr(Stdio::null()).output()?.stdout;
        path.pop_if(|last| *last == b'\n');
        Ok(PathBuf::from(OsString::from_vec(path)))
    }

    /// For messages.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Ourselves => "(yourself)",
            Self::Other { name, .. } => name,
        }
    }
}

/// From lines like `postgres:x:101:104:administrator:/var/lib/postgresql:/bin/bash`.
fn find_user(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account::Other { uid, gid, name: name.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n# a comment\n\
        nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\nbroken:x\nzero:x:0:0::/:\n";

    #[test]
    fn users_are_found_by_name_with_their_ids() {
        let nobody = Account::Other { uid: 65534, gid: 65533, name: "nobody".to_owned() };
        assert_eq!(find_user(PASSWD, "nobody"), Some(nobody));
    }

    #[test]
    fn missing_broken_and_privileged_users_do_not_step_in() {
        for name in ["postgres", "broken", "zero", "root", "# a comment"] {
            assert_eq!(find_user(PASSWD, name), None, "{name}");
        }
    }
}
