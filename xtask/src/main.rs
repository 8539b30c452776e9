//! Everything a contributor runs: `cargo xtask help`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for terminals")]
#![expect(clippy::disallowed_methods, reason = "a tool reads the environment where it needs it")]

mod bench;
mod check;
mod database;
mod docs;
mod image;
mod shell;
mod sqlx;
mod test;

use clap::{Parser, Subcommand};

/// Everything a contributor runs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run all tests on a real database; further words go to nextest
    Test {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Check format, lints, offline query data, generated documents and dependencies, as CI does
    Check,
    /// Run benchmarks; `--suite end-to-end` measures the whole service
    Bench {
        /// criterion, or end-to-end
        #[arg(long, default_value = "criterion")]
        suite: String,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Write the generated documents anew
    Docs,
    /// Start, use or remove a database for trying things by hand
    Database {
        #[command(subcommand)]
        action: database::Action,
    },
    /// Build an image from Debian's packages, where no registry has it
    Image {
        /// timescaledb
        name: String,
    },
    /// Run sqlx-cli; `prepare` writes the offline query data anew
    Sqlx {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

fn main() -> anyhow::Result<()> {
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?;
    match Cli::parse().task {
        Task::Test { words } => test::run(&words),
        Task::Check => check::run(),
        Task::Bench { suite, words } => bench::run(&suite, &words),
        Task::Docs => docs::write(),
        Task::Database { action } => database::act(&action),
        Task::Image { name } => image::build(&name),
        Task::Sqlx { words } => sqlx::run(&words),
    }
}
