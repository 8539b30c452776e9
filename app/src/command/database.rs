//! The database that a command works with: the given one, or a private one started for it.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use anyhow::Context;
use indicatif::ProgressBar;
use observatory_embedded_postgres::{
    DataDir, EmbeddedPostgres, Options, Progress, ServerBinaries, Step,
};
use observatory_postgres::Target;

use crate::config::{Config, Database, Origin};

/// A database to work with.
pub(super) struct Opened {
    pub(super) target: Target,
    /// Present when it is ours to stop.
    pub(super) embedded: Option<EmbeddedPostgres>,
}

impl Opened {
    /// Stops a private database.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        match self.embedded {
            Some(embedded) => embedded.stop().await.context("stop the private PostgreSQL"),
            None => Ok(()),
        }
    }
}

/// Opens the database of `config`.
pub(super) async fn open(config: &Config) -> anyhow::Result<Opened> {
    match &config.database {
        Database::Given(target) => Ok(Opened { target: Target::clone(target), embedded: None }),
        Database::Embedded { folder, chosen, binaries } => {
            let data_dir = match chosen {
                Origin::Default => DataDir::Default(folder.clone()),
                _ => DataDir::Explicit(folder.clone()),
            };
            let mut options = Options::new(data_dir);
            if let Some(folder) = binaries {
                options.binaries = ServerBinaries::Explicit(folder.clone());
            }
            let progress = Steps::new();
            let embedded = observatory_embedded_postgres::start(options, &progress).await?;
            progress.finish();
            let target = embedded.url().parse().context("read the private PostgreSQL's URL")?;
            Ok(Opened { target, embedded: Some(embedded) })
        }
    }
}

/// Shows the steps of a start: a spinner on a terminal, a line each elsewhere.
struct Steps {
    bar: ProgressBar,
    last: Mutex<String>,
}

impl Steps {
    fn new() -> Self {
        let bar = if io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        Self { bar, last: Mutex::default() }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Steps {
    fn report(&self, step: &Step<'_>) {
        let text = step.to_string();
        self.bar.set_message(text.clone());
        self.bar.tick();
        // A download comes by the percent: one line of it is enough.
        let kind = text.split(':').next().unwrap_or_default().to_owned();
        let Ok(mut last) = self.last.lock() else { return };
        if self.bar.is_hidden() && *last != kind {
            tell(&text);
            *last = kind;
        }
    }
}

/// Writes a line to standard error, where people look and programs don't parse.
pub(super) fn tell(line: &str) {
    // Nobody is there to read it, if it can't be written.
    drop(writeln!(io::stderr(), "{line}"));
}
