//! `database`: one to try things with, on loopback.

use clap::Subcommand;

use crate::image::{self, TIMESCALEDB};
use crate::shell::{read, run, succeeds};

const NAME: &str = "llm-observatory-database";
/// The container that tests share; they leave it running.
const TESTS: &str = "llm-observatory-tests";

/// What to do with it.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Start it and print its URL
    Up,
    /// Open psql in it
    Psql,
    /// Remove it, and the one that tests share
    Down,
}

pub(crate) fn act(action: &Action) -> anyhow::Result<()> {
    match action {
        Action::Up => {
            image::build("timescaledb")?;
            if !succeeds("docker", &["inspect", NAME]) {
                run(
                    "docker",
                    &[
                        "run",
                        "--detach",
                        "--name",
                        NAME,
                        "--publish",
                        "127.0.0.1::5432",
                        TIMESCALEDB,
                    ],
                )?;
            }
            let port = read("docker", &["port", NAME, "5432/tcp"])?;
            println!("DATABASE_URL=postgres://postgres:postgres@{}/postgres", port.trim());
            Ok(())
        }
        Action::Psql => {
            run("docker", &["exec", "--interactive", "--tty", NAME, "psql", "--username=postgres"])
        }
        Action::Down => {
            for name in [NAME, TESTS] {
                if succeeds("docker", &["inspect", name]) {
                    run("docker", &["rm", "--force", "--volumes", name])?;
                }
            }
            Ok(())
        }
    }
}
