//! The database's schema, step by step.

use async_trait::async_trait;

use crate::Source;

/// One step and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub description: String,
    /// Whether the database has it.
    pub state: MigrationState,
}

/// What the database knows of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// Not applied yet.
    Pending,
    /// Applied, as we have it.
    Applied,
    /// Applied with another content than ours.
    Changed,
    /// Applied by a newer build: we don't know it.
    Unknown,
}

/// What an operator does next about a failed migration.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database was not reached, or refused: look at the cause.
    #[error("the database could not be migrated")]
    Database(#[source] Source),
    /// An applied migration differs from ours: restore the file, or recreate the database.
    #[error(
        "migration {version} was applied with another content; before the first release \
         migrations are edited in place: recreate the database (or restore the file it was made by)"
    )]
    Changed {
        /// The migration.
        version: i64,
    },
    /// The database is newer than this build: upgrade.
    #[error(
        "the database has migration {version}, which this build does not know: use a newer build"
    )]
    Newer {
        /// The migration.
        version: i64,
    },
    /// An earlier run broke off: repair by hand, as named.
    #[error(
        "migration {version} broke off half-way: repair its effects, then delete its row in _sqlx_migrations"
    )]
    Dirty {
        /// The migration.
        version: i64,
    },
}

/// Brings the schema up to date.
#[async_trait]
pub trait Migrations: Send + Sync {
    /// Applies what is pending, one process at a time, and returns what it applied.
    async fn run(&self) -> Result<Vec<Migration>, MigrationError>;

    /// Every migration, ours and the database's.
    async fn info(&self) -> Result<Vec<Migration>, MigrationError>;
}
