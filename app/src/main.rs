//! The binary: reads the command line and the environment, and runs a command.

use std::io::{self, Write};
use std::process::ExitCode;

use llm_observatory_storage::config::{Environment, Given};
use llm_observatory_storage::{cli, command};

fn main() -> ExitCode {
    let matches = cli::command().get_matches();
    let (task, flags) = cli::task(&matches);
    // The one place that reads the environment; what is not Unicode can't be an option's value.
    let environment: Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let ran = Given::gather(Some(flags), &environment)
        .map_err(anyhow::Error::from)
        .and_then(|given| command::run(task, &given));
    ran.unwrap_or_else(|error| {
        // Nobody is there to read it, if it can't be written.
        drop(writeln!(io::stderr(), "error: {error:#}"));
        ExitCode::FAILURE
    })
}
