//! Where requests are written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt, Stdout, stdout};

/// Standard output, or a file that appears under its name once it is whole and on disk. Until then it is
/// beside it, with `.partial` behind its name, and is removed if it does not become whole.
#[derive(Debug)]
pub(super) enum Output {
    Standard(Stdout),
    File(Growing),
}

/// A file that is not whole yet.
#[derive(Debug)]
pub(super) struct Growing {
    file: File,
    partial: Partial,
    whole: PathBuf,
}

/// Removes what is left of it when dropped.
#[derive(Debug)]
struct Partial {
    path: PathBuf,
    /// It has got its name.
    kept: bool,
}

impl Output {
    /// Begins to write to `file`, or to standard output.
    pub(super) async fn create(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(whole) = file else { return Ok(Self::Standard(stdout())) };
        let name = whole
            .file_name()
            .with_context(|| format!("--output {}: it names no file", whole.display()))?;
        let mut partial_name = OsString::from(name);
        partial_name.push(".partial");
        let path = whole.with_file_name(partial_name);
        let file = File::create(&path)
            .await
            .with_context(|| format!("--output {}: no file can be made there", whole.display()))?;
        let partial = Partial { path, kept: false };
        Ok(Self::File(Growing { file, partial, whole: whole.to_owned() }))
    }

    /// Writes `bytes`, and waits until they are taken.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Self::Standard(output) => {
                write(output, bytes).await.context("write to standard output")
            }
            Self::File(growing) => {
                let written = write(&mut growing.file, bytes).await;
                written.with_context(|| format!("write {}", growing.whole.display()))
            }
        }
    }

    /// What was written is whole.
    pub(super) async fn finish(self) -> anyhow::Result<()> {
        let Self::File(Growing { file, mut partial, whole }) = self else { return Ok(()) };
        let stored = async {
            file.sync_all().await?;
            tokio::fs::rename(&partial.path, &whole).await?;
            // The name is on disk once its folder is.
            let folder = whole.parent().filter(|it| !it.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new("."))).await?.sync_all().await
        };
        stored.await.with_context(|| format!("write {}", whole.display()))?;
        partial.kept = true;
        Ok(())
    }
}

async fn write(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    to.write_all(bytes).await?;
    // An error of this write is told now, not by the next.
    to.flush().await
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::debug!(path = %self.path.display(), %error, "a partial file stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let mut output = Output::create(Some(&path)).await.unwrap();
        output.write(b"half").await.unwrap();
        assert!(!path.try_exists().unwrap());
        drop(output);
        assert_eq!(names(), 0);
        let mut output = Output::create(Some(&path)).await.unwrap();
        output.write(b"all ").await.unwrap();
        output.write(b"of it").await.unwrap();
        output.finish().await.unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), names()), (b"all of it".to_vec(), 1));
    }
}
