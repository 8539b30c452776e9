//! `demo`: the real service, sample traffic, and tables from SQL.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use observatory_ports::driven::Clock;
use tokio::time::timeout;

use super::database::{Opened, open, tell};
use super::say;
use super::serve::{Signals, introduce, until_stopped};
use crate::cli::AfterDemo;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::demo::{Report, Sent, send};
use crate::lifecycle::{Service, reachable};

/// About 5,000 spans.
const CONVERSATIONS: usize = 400;

/// Shows the service.
pub(super) async fn run(config: &Config, after: AfterDemo) -> anyhow::Result<ExitCode> {
    // People read the tables: only what is wrong is logged beside them.
    let filter = if config.log_filter.contains("trace") { "trace" } else { "warn" };
    let _logs = observatory_telemetry::init_logs(filter, observatory_telemetry::LogFormat::Text)?;
    let mut signals = Signals::new()?;
    let opened = tokio::select! {
        opened = open(config) => opened?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    let shown = tokio::select! {
        shown = show(config, &opened, after) => shown,
        () = signals.next() => {
            opened.close().await?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let service = shown?;
    if after == AfterDemo::Serve {
        tell("Serving until Ctrl-C.");
        return until_stopped(service, opened, signals).await;
    }
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    service.run(stop).await?;
    opened.close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn show(config: &Config, opened: &Opened, after: AfterDemo) -> anyhow::Result<Service> {
    let service = Service::start(&opened.target, &config.settings).await?;
    introduce(&service, opened);
    let endpoint = format!("http://{}", reachable(service.listen().grpc));
    let sent = traffic(endpoint).await?;
    let deadline = config.settings.sink.statement_deadline;
    let report = timeout(deadline, Report::read(service.connections().queries(), sent)).await;
    let report = report.with_context(|| {
        format!("the stored spans were not read back within {deadline:?} (DB_STATEMENT_DEADLINE)")
    })??;
    say(&format!("\n{report}\n{}", go_on(opened, after)))?;
    ensure!(report.is_complete(), "not every span that was acknowledged is in the table");
    Ok(service)
}

/// Sends the sample traffic on a thread of its own: the SDK blocks.
async fn traffic(endpoint: String) -> anyhow::Result<Sent> {
    let bar = Arc::new(progress());
    let shown = Arc::clone(&bar);
    let now = UNIX_EPOCH + Duration::from_nanos(SystemClock.now().0);
    let sending = tokio::task::spawn_blocking(move || {
        send(&endpoint, CONVERSATIONS, now, |spans| {
            shown.inc(1);
            shown.set_message(format!("{spans} spans"));
        })
    });
    let sent = sending.await.context("send the sample traffic")??;
    bar.finish_and_clear();
    Ok(sent)
}

fn progress() -> ProgressBar {
    if !io::stderr().is_terminal() {
        tell("sending sample traffic");
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(CONVERSATIONS as u64);
    let style = ProgressStyle::with_template("sending conversations {bar:30} {pos}/{len}  {msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Queries to go on with.
fn go_on(opened: &Opened, after: AfterDemo) -> String {
    let psql = match (&opened.embedded, after) {
        (None, _) => "Go on with psql \"$DATABASE_URL\":".to_owned(),
        (Some(embedded), AfterDemo::Serve) => {
            format!("Go on with psql:\n  {}", embedded.psql_command())
        }
        // Its port is another at each start.
        (Some(_), AfterDemo::End) => {
            "The private database stops now. `serve` in the same folder starts it again and tells how \
             to reach it with psql. Then, for example:"
                .to_owned()
        }
    };
    format!(
        "{psql}\n\n\
         \x20 SELECT * FROM llm_usage_hourly ORDER BY hour DESC LIMIT 10;\n\
         \x20 SELECT * FROM conversations ORDER BY last_call DESC LIMIT 5;\n\
         \x20 SELECT start_time, model, duration_seconds, error_type FROM llm_calls WHERE failed ORDER BY 1 DESC LIMIT 10;\n\
         \x20 SELECT name, attributes, events FROM spans ORDER BY start_time DESC LIMIT 3;\n"
    )
}
