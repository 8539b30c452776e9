//! A new cluster: initdb, the database, the password; then one rename makes it the folder's.

use std::fs::DirBuilder;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use crate::binaries::Server;
use crate::command::{command, finish, tail};
use crate::files::{sync_folder, write_secret};
use crate::folder::Folder;
use crate::{Error, Progress, Step};

/// The superuser, and the database.
pub(crate) const NAME: &str = "observatory";

/// In libpq's format, so that psql needs no password on its command line.
const PASSWORD_FILE: &str = "observatory.pgpass";
const PASSWORD_BYTES: usize = 16;
/// Much more than the second or so that it takes: a slow disk has to write 40 MB.
const PROGRAM_MAX: Duration = Duration::from_mins(5);

/// The major version that made the folder's data; nothing if there are none.
pub(crate) fn made_by(data: &Path) -> Result<Option<u32>, Error> {
    if !data.try_exists().map_err(Error::io("look at", data))? {
        return Ok(None);
    }
    let version = std::fs::read_to_string(data.join("PG_VERSION")).ok();
    let major = version.and_then(|text| text.trim().parse().ok());
    major.map(Some).ok_or_else(|| damaged(data, "there is no PG_VERSION in it"))
}

/// Makes the folder's cluster.
pub(crate) async fn create(
    folder: &Folder,
    server: &Server,
    progress: &dyn Progress,
) -> Result<(), Error> {
    progress.report(&Step::Initializing { folder: &folder.data() });
    let staging = folder.initializing();
    DirBuilder::new().mode(0o700).create(&staging).map_err(Error::io("create", &staging))?;
    folder.account().give(&staging)?;

    let data = staging.join("data");
    let password = random_password()?;
    let password_file = staging.join("password");
    write_secret(&password_file, &password).map_err(Error::io("write", &password_file))?;
    folder.account().give(&password_file)?;

    let program = server.program("initdb");
    let mut initdb = command(&program, folder.account(), folder.path());
    // The C locale sorts the same on every machine and version: no index breaks by an upgrade.
    initdb.args(["--username", NAME, "--auth", "scram-sha-256", "--encoding=UTF8", "--locale=C"]);
    initdb.arg("--pwfile").arg(&password_file).arg("-D").arg(&data);
    run(folder, &program, initdb, "").await?;

    let program = server.program("postgres");
    let mut single_user = command(&program, folder.account(), folder.path());
    single_user.arg("--single").arg("-D").arg(&data).args(["-c", "exit_on_error=true", "postgres"]);
    run(folder, &program, single_user, &format!("CREATE DATABASE {NAME}\n")).await?;

    let pgpass = data.join(PASSWORD_FILE);
    let line = format!("127.0.0.1:*:{NAME}:{NAME}:{password}\n");
    write_secret(&pgpass, &line).map_err(Error::io("write", &pgpass))?;
    folder.account().give(&pgpass)?;

    sync_folder(&data).map_err(Error::io("sync", &data))?;
    std::fs::rename(&data, folder.data()).map_err(Error::io("rename", &data))?;
    sync_folder(folder.path()).map_err(Error::io("sync", folder.path()))?;
    std::fs::remove_dir_all(&staging).map_err(Error::io("remove", &staging))
}

/// Where the password is, for psql.
pub(crate) fn password_file(data: &Path) -> PathBuf {
    data.join(PASSWORD_FILE)
}

/// The password of an existing cluster.
pub(crate) fn password(data: &Path) -> Result<String, Error> {
    let path = password_file(data);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io("read", &path)(error)),
    };
    let password = text.trim().rsplit(':').next().filter(|password| is_ours(password));
    password.map(str::to_owned).ok_or_else(|| damaged(data, "there is no password in it"))
}

/// Hexadecimal: needs no quoting, in no URL, shell or file.
fn is_ours(password: &str) -> bool {
    password.len() == 2 * PASSWORD_BYTES && password.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn random_password() -> Result<String, Error> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0; PASSWORD_BYTES];
    std::fs::File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::io("read", source))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

async fn run(folder: &Folder, program: &Path, command: Command, input: &str) -> Result<(), Error> {
    let outcome = finish(command, input, PROGRAM_MAX).await.map_err(Error::io("run", program))?;
    if outcome.success {
        return Ok(());
    }
    Err(Error::Initialize { folder: folder.data(), output: tail(&outcome.stderr) })
}

fn damaged(data: &Path, problem: &str) -> Error {
    Error::Damaged { folder: data.to_path_buf(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_are_hexadecimal() {
        let (one, two) = (random_password().unwrap(), random_password().unwrap());
        assert!(is_ours(&one) && is_ours(&two));
        assert_ne!(one, two);
    }

    #[test]
    fn a_folder_without_version_or_password_is_damaged_and_a_missing_one_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(made_by(&data).unwrap(), None);
        std::fs::create_dir(&data).unwrap();
        assert!(matches!(made_by(&data), Err(Error::Damaged { .. })));
        std::fs::write(data.join("PG_VERSION"), "17\n").unwrap();
        assert_eq!(made_by(&data).unwrap(), Some(17));
        assert!(matches!(password(&data), Err(Error::Damaged { .. })));
        std::fs::write(password_file(&data), "127.0.0.1:*:observatory:observatory:\n").unwrap();
        assert!(matches!(password(&data), Err(Error::Damaged { .. })));
    }
}
