//! The command line. Options come from the table in [`crate::config`].

mod transfer;

use clap::{Arg, ArgAction, ArgMatches, Command};

pub use transfer::{ExportTask, ImportTask};

use crate::config;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Take OTLP and store it.
    Serve,
    /// Show it with sample traffic.
    Demo(AfterDemo),
    /// Write stored records to files.
    Export(ExportTask),
    /// Store what files hold.
    Import(ImportTask),
    /// Apply pending migrations.
    MigrateRun,
    /// List migrations.
    MigrateInfo,
    /// Say what would be applied.
    MigrateDryRun,
    /// Check the configuration.
    ConfigCheck,
    /// Print the effective configuration.
    ConfigPrint,
    /// Print docs/CONFIGURATION.md.
    ConfigDocs,
    /// Print docs/METRICS.md.
    MetricsDocs,
    /// Ask the running service for its health.
    Healthcheck,
}

/// What follows the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDemo {
    /// It keeps serving.
    Serve,
    /// It ends.
    End,
}

/// The command line's grammar.
#[must_use]
pub fn command() -> Command {
    Command::new("llm-observatory-storage")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Storage for LLM telemetry: OTLP in, PostgreSQL/TimescaleDB out.")
        .after_help(
            "Every option is also an environment variable (--copy-batch-size is COPY_BATCH_SIZE); \
             --help lists them all, docs/CONFIGURATION.md explains them.",
        )
        .subcommand(Command::new("serve").about("Take OTLP and store it (the default)"))
        .subcommand(
            Command::new("demo")
                .about("Serve, send sample LLM traffic, show what SQL says about it")
                .arg(
                    Arg::new("once")
                        .long("once")
                        .action(ArgAction::SetTrue)
                        .help("End after the tables"),
                ),
        )
        .subcommand(transfer::export_command())
        .subcommand(transfer::import_command())
        .subcommand(group(
            "migrate",
            "The database's schema",
            &[
                ("run", "Apply what is pending"),
                ("info", "List every migration and its state"),
                ("dry-run", "Say what run would apply"),
            ],
        ))
        .subcommand(group(
            "config",
            "The configuration",
            &[
                ("check", "Tell everything that is wrong"),
                ("print", "Show the effective values, without secrets"),
                ("docs", "Print docs/CONFIGURATION.md"),
            ],
        ))
        .subcommand(group("metrics", "The metrics", &[("docs", "Print docs/METRICS.md")]))
        .subcommand(
            Command::new("healthcheck").about("Ask the service on APP_PORT; exit 0 when it works"),
        )
        .args(config::arguments())
}

fn group(
    name: &'static str,
    about: &'static str,
    children: &[(&'static str, &'static str)],
) -> Command {
    let children = children.iter().map(|(name, about)| Command::new(*name).about(*about));
    Command::new(name).about(about).subcommand_required(true).subcommands(children)
}

/// The task of a parsed command line, and the matches that hold its options.
#[must_use]
pub fn task(matches: &ArgMatches) -> (Task, &ArgMatches) {
    let Some((name, inner)) = matches.subcommand() else { return (Task::Serve, matches) };
    if let Some((child, innermost)) = inner.subcommand() {
        let task = match (name, child) {
            ("migrate", "run") => Task::MigrateRun,
            ("migrate", "dry-run") => Task::MigrateDryRun,
            ("migrate", _) => Task::MigrateInfo,
            ("config", "check") => Task::ConfigCheck,
            ("config", "docs") => Task::ConfigDocs,
            ("config", _) => Task::ConfigPrint,
            _ => Task::MetricsDocs,
        };
        return (task, innermost);
    }
    let task = match name {
        "demo" if inner.get_flag("once") => Task::Demo(AfterDemo::End),
        "demo" => Task::Demo(AfterDemo::Serve),
        "export" => Task::Export(transfer::export_task(inner)),
        "import" => Task::Import(transfer::import_task(inner)),
        "healthcheck" => Task::Healthcheck,
        _ => Task::Serve,
    };
    (task, inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task_of(line: &str) -> Task {
        let words = std::iter::once("x").chain(line.split_whitespace());
        let matches = command().try_get_matches_from(words).unwrap();
        task(&matches).0
    }

    #[test]
    fn every_task_has_its_words() {
        for (line, expected) in [
            ("", Task::Serve),
            ("serve", Task::Serve),
            ("--app-port 1 serve", Task::Serve),
            ("demo", Task::Demo(AfterDemo::Serve)),
            ("demo --once --app-port 1", Task::Demo(AfterDemo::End)),
            ("migrate run", Task::MigrateRun),
            ("migrate info", Task::MigrateInfo),
            ("migrate dry-run", Task::MigrateDryRun),
            ("config check", Task::ConfigCheck),
            ("config print --copy-lanes 2", Task::ConfigPrint),
            ("config docs", Task::ConfigDocs),
            ("metrics docs", Task::MetricsDocs),
            ("healthcheck", Task::Healthcheck),
        ] {
            assert_eq!(task_of(line), expected, "{line}");
        }
        command().debug_assert();
    }
}
