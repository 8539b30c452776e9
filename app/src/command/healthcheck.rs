//! `healthcheck`: asks the service on this machine, for a container's HEALTHCHECK.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use observatory_http_api::HealthCheck;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::say;
use crate::lifecycle::reachable;
use crate::settings::Settings;

const PATIENCE: Duration = Duration::from_secs(5);
/// A status line and a health report are far smaller.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Succeeds when the service answers that it works.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    if settings.api.health_check == HealthCheck::Disabled {
        return say("health checks are switched off (HEALTH_CHECK_ENABLED=false)\n");
    }
    let address = reachable(settings.listen.api);
    let asked = tokio::time::timeout(PATIENCE, ask(address)).await;
    let answer = asked
        .context("the service did not answer in time")?
        .with_context(|| format!("nothing answers at {address} (APP_PORT)"))?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer is no HTTP")?;
    say(&format!("{body}\n"))?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(ExitCode::SUCCESS),
        Some(code) => bail!("the service at {address} answered {code}"),
        None => bail!("the service at {address} gave no status"),
    }
}

async fn ask(address: std::net::SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    // HTTP/1.0: the answer ends with the connection, and is not chunked.
    stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer).await?;
    Ok(answer)
}
