//! A server's version, as `postgres --version` tells it.

use std::fmt;

/// Like 17.6; betas and self-made builds keep their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    major: u32,
    text: String,
}

impl Version {
    /// The oldest that we run: older ones lack lz4 for TOAST.
    pub(crate) const MAJOR_MIN: u32 = 14;

    /// From `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let text = line.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
        let major = text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some(Self { major, text: text.to_owned() })
    }

    /// Data of one major version can't be used by another.
    pub(crate) fn major(&self) -> u32 {
        self.major
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_of_releases_betas_and_packagers_are_understood() {
        for (line, major, text) in [
            ("postgres (PostgreSQL) 18.6\n", 18, "18.6"),
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15, "15.14"),
            ("postgres (PostgreSQL) 19beta1", 19, "19beta1"),
            ("postgres (PostgreSQL) 9.6.24", 9, "9.6.24"),
        ] {
            let version = Version::parse(line).unwrap();
            assert_eq!((version.major(), version.as_str()), (major, text));
        }
    }

    #[test]
    fn another_program_has_no_version() {
        assert_eq!(Version::parse("postgrest 12.0"), None);
        assert_eq!(Version::parse("postgres (PostgreSQL) devel"), None);
    }
}
