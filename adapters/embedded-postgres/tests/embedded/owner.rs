//! A process that owns a private `PostgreSQL`, to be killed, contended with and run as another
//! user by this crate's tests. It says each step on a line, then `ready URL`, and stops the server
//! when its standard input ends. SIGINT is only reported, as by a service that drains.

use std::io::Write as _;
use std::process::ExitCode;

use observatory_embedded_postgres::{DataDir, Options, Progress, Step, start};
use tokio::io::AsyncReadExt as _;
use tokio::signal::unix::{SignalKind, signal};

struct Lines;

impl Progress for Lines {
    fn report(&self, step: &Step<'_>) {
        say(step);
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(data_dir) = std::env::args_os().nth(1) else {
        say("give a folder");
        return ExitCode::FAILURE;
    };
    let options = Options::new(DataDir::Explicit(data_dir.into()));
    let server = match start(options, &Lines).await {
        Ok(server) => server,
        Err(error) => {
            say(error);
            return ExitCode::FAILURE;
        }
    };
    // Before anybody is told to interrupt.
    let mut interrupts = match signal(SignalKind::interrupt()) {
        Ok(interrupts) => interrupts,
        Err(error) => {
            say(error);
            return ExitCode::FAILURE;
        }
    };
    say(format_args!("ready {}", server.url()));
    let mut byte = [0];
    let mut stdin = tokio::io::stdin();
    loop {
        tokio::select! {
            _end = stdin.read(&mut byte) => break,
            _interrupt = interrupts.recv() => say("interrupted"),
        }
    }
    match server.stop().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(error);
            ExitCode::FAILURE
        }
    }
}

/// Nobody may listen any more.
fn say(line: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout(), "{line}"));
}
