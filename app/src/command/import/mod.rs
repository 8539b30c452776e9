//! `import`: requests of files, stored the way that they would come in over OTLP.
//!
//! | file | what |
//! |---|---|
//! | `inputs` | which files there are, and their requests one after the other |
//! | `store` | a request into the pipeline, again while it is busy |
//!
//! The pipeline runs inside this process, with every rule of the service but `INGEST_MAX_AGE`. Memory is
//! bounded: `IN_FLIGHT` requests are on their way, and two are read ahead.

mod inputs;
mod store;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use observatory_domain::ids::Ordinal;
use observatory_domain::intake::RecordSet;
use observatory_otlp::RequestsOptions;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::database::{Opened, open, tell};
use super::progress::Progress;
use super::serve::Signals;
use crate::cli::ImportTask;
use crate::config::Config;
use crate::lifecycle::Inside;
use inputs::{Input, Read};
use store::{Outcome, Store};

/// Requests that are on their way at the same time: enough to fill the lanes' batches.
const IN_FLIGHT: usize = 8;
/// Requests that are read ahead.
const READ_AHEAD: usize = 1;

/// Imports.
pub(super) async fn run(config: &Config, task: &ImportTask) -> anyhow::Result<ExitCode> {
    let inputs = inputs::find(task)?;
    let mut signals = Signals::new()?;
    let opened = tokio::select! {
        opened = open(config) => opened?,
        () = signals.next() => return Ok(ExitCode::from(130)),
    };
    let imported = tokio::select! {
        imported = import(config, &opened, task, inputs) => imported,
        // What is not committed is withdrawn with the future.
        () = signals.next() => Ok(ExitCode::from(130)),
    };
    opened.close().await?;
    imported
}

async fn import(
    config: &Config,
    opened: &Opened,
    task: &ImportTask,
    inputs: Vec<Input>,
) -> anyhow::Result<ExitCode> {
    let settings = &config.settings;
    let mut options = settings.pipeline.clone();
    options.policy.age_max = Duration::MAX;
    let inside = Inside::start(&opened.target, settings, options).await?;
    let store = Arc::new(Store::new(inside.ingest(), settings.receiver));
    let options = RequestsOptions {
        format: task.format,
        signal: task.signal,
        request_bytes_max: settings.receiver.request_bytes_max,
    };
    let (to, mut from) = mpsc::channel(READ_AHEAD);
    let mut tasks = JoinSet::new();
    let reader = tokio::task::spawn_blocking(move || inputs::read(inputs, options, &to));
    let mut told = Told::new();
    loop {
        let read = tokio::select! {
            Some(stored) = tasks.join_next(), if !tasks.is_empty() => {
                told.stored(stored.context("a task that stores a request")?);
                continue;
            }
            read = from.recv(), if tasks.len() < IN_FLIGHT => read,
        };
        match read {
            None => break,
            Some(Read::File(name)) => told.progress.begin(&name),
            Some(Read::Failed(reason)) => told.failed(&reason),
            Some(Read::Request { file, request }) => {
                let store = Arc::clone(&store);
                tasks.spawn(async move { store.store(file, request).await });
            }
        }
    }
    while let Some(stored) = tasks.join_next().await {
        told.stored(stored.context("a task that stores a request")?);
    }
    reader.await.context("the task that reads the files")?;
    told.progress.finish();
    inside.finish().await?;
    Ok(told.end())
}

/// What people are told, and how much of it was bad.
struct Told {
    progress: Progress,
    records_refused: usize,
    failures: u64,
}

impl Told {
    fn new() -> Self {
        Self { progress: Progress::new("imported"), records_refused: 0, failures: 0 }
    }

    fn stored(&mut self, outcome: Outcome) {
        let Outcome { place, bytes, stored } = outcome;
        match stored {
            Ok(accepted) => {
                self.progress.add(accepted.records, bytes);
                self.refused(&place, &accepted.refused);
            }
            Err(reason) => self.failed(&format!("{place}: nothing of it is stored: {reason}")),
        }
    }

    fn refused(&mut self, place: &str, refused: &RecordSet) {
        self.records_refused += refused.len();
        for (Ordinal(ordinal), refusal) in refused.iter() {
            self.progress.tell(&format!("{place}: record {ordinal} is refused: {refusal}"));
        }
    }

    fn failed(&mut self, reason: &str) {
        self.failures += 1;
        self.progress.tell(reason);
    }

    fn end(&self) -> ExitCode {
        let Self { records_refused, failures, .. } = self;
        if (*records_refused, *failures) == (0, 0) {
            return ExitCode::SUCCESS;
        }
        tell(&format!(
            "{records_refused} records were refused, {failures} requests or files failed"
        ));
        ExitCode::FAILURE
    }
}
