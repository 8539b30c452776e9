//! `migrate`: the database's schema.

use std::fmt::Write;
use std::process::ExitCode;

use observatory_ports::driven::{Migration, MigrationState, Migrations};
use observatory_postgres::{Connections, SqlxMigrations};

use super::database::{Opened, open};
use super::say;
use crate::config::Config;

/// Applies what is pending.
pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let (opened, migrations) = meet(config).await?;
    let applied = migrations.run().await?;
    say(&match applied.len() {
        0 => "nothing to apply: the schema is up to date\n".to_owned(),
        _ => list(&applied, |_| "applied"),
    })?;
    opened.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Lists every migration.
pub(super) async fn info(config: &Config) -> anyhow::Result<ExitCode> {
    let (opened, migrations) = meet(config).await?;
    say(&list(&migrations.info().await?, state))?;
    opened.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Says what `run` would apply; fails where `run` would.
pub(super) async fn dry_run(config: &Config) -> anyhow::Result<ExitCode> {
    let (opened, migrations) = meet(config).await?;
    let all = migrations.info().await?;
    opened.close().await?;
    let odd =
        |it: &&Migration| matches!(it.state, MigrationState::Changed | MigrationState::Unknown);
    if let Some(odd) = all.iter().find(odd) {
        anyhow::bail!("migration {} is {}: `migrate run` would refuse", odd.version, state(odd));
    }
    let pending: Vec<_> =
        all.into_iter().filter(|it| it.state == MigrationState::Pending).collect();
    say(&match pending.len() {
        0 => "nothing to apply: the schema is up to date\n".to_owned(),
        _ => list(&pending, |_| "would be applied"),
    })
}

async fn meet(config: &Config) -> anyhow::Result<(Opened, SqlxMigrations)> {
    let opened = open(config).await?;
    let connections = Connections::new(&opened.target, config.settings.pool)?;
    connections.wait_until_up(config.settings.startup_max).await?;
    Ok((opened, SqlxMigrations::new(connections.queries().clone())))
}

fn state(migration: &Migration) -> &'static str {
    match migration.state {
        MigrationState::Pending => "pending",
        MigrationState::Applied => "applied",
        MigrationState::Changed => "applied with another content",
        MigrationState::Unknown => "unknown to this build",
    }
}

fn list(migrations: &[Migration], state: impl Fn(&Migration) -> &'static str) -> String {
    let mut text = String::new();
    for migration in migrations {
        let (version, description) = (migration.version, &migration.description);
        let line = writeln!(text, "{version:03} {description}: {}", state(migration));
        debug_assert!(line.is_ok(), "a String takes everything");
    }
    text
}
