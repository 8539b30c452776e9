//! The container that all tests share.

use std::fs::File;
use std::process::Stdio;

use anyhow::Context;
use testcontainers::bollard::models::PortBinding;
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, GenericImage, ImageExt, ReuseDirective};
use tokio::process::Command;
use tokio::sync::OnceCell;

use super::{connect, variable};
use crate::ROOT;

const PUBLIC: &str = "timescale/timescaledb:latest-pg17";
const DEBIAN: &str = "llm-observatory/timescaledb:debian-pg17";
/// The shared container's name; `cargo xtask database down` knows it too.
const NAME: &str = "llm-observatory-tests";

/// The image to use; nothing without an engine.
pub(super) async fn image() -> Option<String> {
    if !docker(&["info"]).await {
        return None;
    }
    let named = variable("TIMESCALEDB_IMAGE");
    for image in named.as_deref().into_iter().chain([PUBLIC, DEBIAN]) {
        if docker(&["image", "inspect", image]).await {
            return Some(image.to_owned());
        }
    }
    // Somebody runs plain `cargo test` on a fresh machine.
    let lock = lock().ok()?;
    let mut command = Command::new("cargo");
    command.args(["xtask", "image", "timescaledb"]).current_dir(ROOT);
    // What a tool prints on standard output is its answer (`migrated-database` prints a URL).
    command.stdout(std::io::stderr());
    let built = command.status().await.is_ok_and(|it| it.success());
    drop(lock);
    built.then(|| DEBIAN.to_owned())
}

/// The URL of the shared container's server; starts it if need be. Nothing without an engine.
pub(super) async fn shared() -> anyhow::Result<Option<&'static str>> {
    // Once in a process: two tasks of one thread that both took the lock would wait for ever.
    static URL: OnceCell<Option<String>> = OnceCell::const_new();
    let url = URL.get_or_try_init(async || match image().await {
        Some(image) => start_shared(&image).await.map(Some),
        None => Ok(None),
    });
    Ok(url.await?.as_deref())
}

async fn start_shared(image: &str) -> anyhow::Result<String> {
    // One process at a time: the others find it running.
    let lock = lock()?;
    let container = start(image, Container::Shared).await?;
    let url = url(&container).await?;
    drop(lock);
    Ok(url)
}

/// Which container to start.
#[derive(Clone, Copy, Debug)]
pub(super) enum Container {
    /// The one that is used again, on a port that the engine chooses.
    Shared,
    /// One more, on a port that stays the same over restarts.
    Own { port: u16 },
}

/// Starts a container of `image`.
pub(super) async fn start(
    image: &str,
    which: Container,
) -> anyhow::Result<ContainerAsync<GenericImage>> {
    let (repository, tag) = image.rsplit_once(':').context("an image with a tag")?;
    let host_port = match which {
        Container::Shared => None,
        Container::Own { port } => Some(port.to_string()),
    };
    let image = GenericImage::new(repository, tag)
        .with_exposed_port(5432.tcp())
        .with_wait_for(WaitFor::healthcheck())
        // The public image wants a password, and has no health check of its own to lose.
        .with_env_var("POSTGRES_PASSWORD", "postgres")
        // Reachable from this machine alone.
        .with_host_config_modifier(move |host| {
            let host_ip = Some("127.0.0.1".to_owned());
            let loopback = PortBinding { host_ip, host_port: host_port.clone() };
            host.port_bindings = Some([("5432/tcp".to_owned(), Some(vec![loopback]))].into());
        });
    let image = match which {
        Container::Shared => image.with_container_name(NAME).with_reuse(ReuseDirective::Always),
        Container::Own { .. } => image,
    };
    image.start().await.context("start the database's container")
}

/// The server's URL, once it answers.
pub(super) async fn url(container: &ContainerAsync<GenericImage>) -> anyhow::Result<String> {
    let port = container.get_host_port_ipv4(5432.tcp()).await?;
    let url = format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres");
    let started = tokio::time::Instant::now();
    while let Err(error) = connect(&url).await {
        anyhow::ensure!(
            started.elapsed().as_secs() < 60,
            "the container does not answer: {error:#}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(url)
}

/// A lock between test processes, freed when dropped.
fn lock() -> anyhow::Result<File> {
    let folder = format!("{ROOT}/target");
    std::fs::create_dir_all(&folder)?;
    let file = File::create(format!("{folder}/test-database.lock"))?;
    file.lock()?;
    Ok(file)
}

/// Whether a docker command succeeds.
pub(super) async fn docker(words: &[&str]) -> bool {
    let mut command = Command::new("docker");
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}
