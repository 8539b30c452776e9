//! What each command of the command line does.

mod database;
mod demo;
mod export;
mod healthcheck;
mod import;
mod migrate;
mod progress;
mod serve;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use observatory_telemetry::{catalog, init_logs};

use crate::cli::Task;
use crate::config::{self, Config, Given};

/// How long whatever a command left behind may still run: a write to somebody who does not read.
const LEFT_MAX: Duration = Duration::from_secs(1);

/// Runs `task`.
///
/// # Errors
/// Whatever ends it, for people.
pub fn run(task: Task, given: &Given) -> anyhow::Result<ExitCode> {
    match task {
        Task::ConfigDocs => return say(&config::markdown()),
        Task::MetricsDocs => return say(&catalog::markdown()),
        Task::ConfigPrint => return say(&config::print(given)),
        _ => {}
    }
    let config = Config::resolve(given).inspect_err(|_wrong| warn(given, None))?;
    if task == Task::ConfigCheck {
        warn(given, Some(&config));
        return say("the configuration is right\n");
    }
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_installed| anyhow::anyhow!("another TLS provider was installed"))?;
    let runtime = tokio::runtime::Runtime::new().context("start the async runtime")?;
    let ended = runtime.block_on(async {
        match task {
            Task::Serve => {
                let _logs = init_logs(&config.log_filter, config.log_format)?;
                for warning in warnings(given, Some(&config)) {
                    tracing::warn!("{warning}");
                }
                serve::run(&config).await
            }
            Task::Demo(after) => demo::run(&config, after).await,
            Task::Export(task) => export::run(&config, &task).await,
            Task::Import(task) => import::run(&config, &task).await,
            Task::MigrateRun => migrate::run(&config).await,
            Task::MigrateInfo => migrate::info(&config).await,
            Task::MigrateDryRun => migrate::dry_run(&config).await,
            _ => healthcheck::run(&config.settings).await,
        }
    });
    runtime.shutdown_timeout(LEFT_MAX);
    ended
}

/// Tells people what is allowed, and probably not meant.
fn warn(given: &Given, config: Option<&Config>) {
    for warning in warnings(given, config) {
        database::tell(&format!("warning: {warning}"));
    }
}

fn warnings(given: &Given, config: Option<&Config>) -> impl Iterator<Item = String> {
    let unknown = given.unknown().iter().map(ToString::to_string);
    unknown.chain(config.map(Config::warnings).unwrap_or_default())
}

/// Writes to standard output; a reader that has gone is no error.
fn say(text: &str) -> anyhow::Result<ExitCode> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("write"),
        _ => Ok(ExitCode::SUCCESS),
    }
}
