//! `serve`: takes OTLP and stores it, until told to stop.

use std::process::ExitCode;

use anyhow::Context;
use observatory_embedded_postgres::EmbeddedPostgres;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::database::{Opened, open, tell};
use crate::config::Config;
use crate::lifecycle::{Service, reachable};

/// Runs the service.
pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    let opened = tokio::select! {
        opened = open(config) => opened?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    let service = tokio::select! {
        service = Service::start(&opened.target, &config.settings) => service?,
        () = signals.next() => {
            opened.close().await?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    introduce(&service, &opened);
    until_stopped(service, opened, signals).await
}

/// Runs `service` until a signal; a second one ends the process at once.
pub(super) async fn until_stopped(
    service: Service,
    mut opened: Opened,
    mut signals: Signals,
) -> anyhow::Result<ExitCode> {
    let stop = CancellationToken::new();
    let running = service.run(stop.clone());
    tokio::pin!(running);
    let ended = tokio::select! {
        ended = &mut running => ended,
        () = database_ended(&mut opened.embedded) => {
            stop.cancel();
            running.await.context("drain after the private PostgreSQL ended")?;
            anyhow::bail!("the private PostgreSQL ended by itself: see its log in the data folder");
        }
        () = signals.next() => {
            stop.cancel();
            tokio::select! {
                ended = &mut running => ended,
                () = signals.next() => {
                    tracing::warn!("a second signal: ending at once; what was acknowledged is stored");
                    return Ok(ExitCode::from(130));
                }
            }
        }
    };
    opened.close().await?;
    ended?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Returns when a private database ends by itself; never when there is none.
async fn database_ended(embedded: &mut Option<EmbeddedPostgres>) {
    match embedded {
        Some(embedded) => {
            let status = embedded.ended().await;
            tracing::error!(?status, "the private PostgreSQL ended");
        }
        None => std::future::pending().await,
    }
}

/// Says where everything is.
pub(super) fn introduce(service: &Service, opened: &Opened) {
    let listen = service.listen();
    let (grpc, http, api) = (reachable(listen.grpc), reachable(listen.http), reachable(listen.api));
    let metrics = listen.metrics.map(|it| reachable(it).to_string());
    tracing::info!(%grpc, %http, %api, metrics, "ready");
    if let Some(embedded) = &opened.embedded {
        tell(&format!(
            "No DATABASE_URL: storing into a private PostgreSQL {} in {}",
            embedded.version(),
            embedded.folder().display()
        ));
        tell(&format!("  look into it:  {}", embedded.psql_command()));
        tell(&format!(
            "  send to it:    OTEL_EXPORTER_OTLP_ENDPOINT=http://{grpc}  (gRPC; OTLP/HTTP is on http://{http})"
        ));
        tell(&format!("  health:        http://{api}/health   API: http://{api}/docs"));
    }
}

/// SIGINT and SIGTERM.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context("listen for SIGINT")?,
            terminate: signal(SignalKind::terminate()).context("listen for SIGTERM")?,
        })
    }

    /// The next of either.
    ///
    /// # Cancel safety
    /// No signal is lost.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
