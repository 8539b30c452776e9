//! A server of a test's own, to be stopped, started and killed.

use std::ops::RangeInclusive;
use std::time::Duration;

use testcontainers::{ContainerAsync, GenericImage};
use tokio::process::Command;

use super::container::{Container, docker, image, start, url};

/// Ports to choose from: below those that the system gives away by itself, for a port must still be
/// free after the server was down.
const PORTS: RangeInclusive<u16> = 20_000..=32_000;
/// Another process may have taken a port.
const ATTEMPTS: u32 = 5;

/// A container with a database server, on a port that stays the same over restarts.
#[derive(Debug)]
pub struct OwnServer {
    container: ContainerAsync<GenericImage>,
    url: String,
}

impl OwnServer {
    /// Starts one; nothing without a container engine.
    pub async fn start() -> Option<Self> {
        let image = image().await?;
        let mut failures = Vec::new();
        for _ in 0..ATTEMPTS {
            match Self::start_at(&image, rand::random_range(PORTS)).await {
                Ok(server) => return Some(server),
                Err(failure) => failures.push(failure),
            }
        }
        panic!("no server could be started: {failures:?}");
    }

    async fn start_at(image: &str, port: u16) -> anyhow::Result<Self> {
        let container = start(image, Container::Own { port }).await?;
        let url = url(&container).await?;
        Ok(Self { container, url })
    }

    /// Its URL, which survives a restart.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it in good order.
    pub async fn stop(&self) {
        self.docker(&["stop", "--time", "5"]).await;
    }

    /// Kills it.
    pub async fn kill(&self) {
        self.docker(&["kill"]).await;
    }

    /// Freezes it: connections stay open and nothing answers.
    pub async fn pause(&self) {
        self.docker(&["pause"]).await;
    }

    /// Wakes it up again.
    pub async fn unpause(&self) {
        self.docker(&["unpause"]).await;
    }

    /// Starts it again and waits until it answers.
    pub async fn restart(&self) {
        self.docker(&["start"]).await;
        let started = tokio::time::Instant::now();
        while super::connect(&self.url).await.is_err() {
            assert!(started.elapsed() < Duration::from_mins(1), "the server does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The server's first process, as this machine counts.
    pub async fn first_process(&self) -> u32 {
        let format = "{{.State.Pid}}";
        inspect(&self.container, format).await.parse().expect("a process id")
    }

    /// The URL of a new, empty database, at the container's own address: past the engine's proxy,
    /// which would take its share of the cores. Good until the server is stopped.
    pub async fn fresh_database(&self) -> String {
        let name = super::unique_name();
        self.execute(&format!("CREATE DATABASE {name}")).await;
        let (user, _) = self.url.split_once('@').expect("a URL with a user");
        let networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        let address = inspect(&self.container, networks).await;
        format!("{user}@{address}:5432/{name}")
    }

    /// Removes what [`Self::fresh_database`] made.
    pub async fn drop_database(&self, url: &str) {
        let (_, name) = url.rsplit_once('/').expect("a URL with a database");
        self.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    async fn execute(&self, sql: &str) {
        let client = super::connect(&self.url).await.expect("connect to the server");
        client.batch_execute(sql).await.expect("the server takes it");
    }

    async fn docker(&self, words: &[&str]) {
        let words = [words, &[self.container.id()]].concat();
        assert!(docker(&words).await, "docker {words:?}");
    }
}

async fn inspect(container: &ContainerAsync<GenericImage>, format: &str) -> String {
    let words = ["inspect", "--format", format, container.id()];
    let output = Command::new("docker").args(words).output().await.expect("docker inspect");
    String::from_utf8(output.stdout).expect("a text").trim().to_owned()
}
