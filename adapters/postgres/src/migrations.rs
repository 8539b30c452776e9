//! The schema, by sqlx: the same table of applied migrations, checksums and advisory lock as
//! sqlx-cli uses, so that either may run them, and three replicas at once too.

use async_trait::async_trait;
use observatory_ports::driven::{Migration, MigrationError, MigrationState, Migrations};
use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migrator};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Migrates through sqlx.
#[derive(Clone, Debug)]
pub struct SqlxMigrations(PgPool);

impl SqlxMigrations {
    /// Migrates the database of `pool`.
    #[must_use]
    pub const fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

#[async_trait]
impl Migrations for SqlxMigrations {
    async fn run(&self) -> Result<Vec<Migration>, MigrationError> {
        let before = self.info().await?;
        MIGRATOR.run(&self.0).await.map_err(explained)?;
        let pending = |it: &Migration| it.state == MigrationState::Pending;
        Ok(before.into_iter().filter(pending).collect())
    }

    async fn info(&self) -> Result<Vec<Migration>, MigrationError> {
        let applied = self.applied().await?;
        let state = |version, checksum: &[u8]| match applied.iter().find(|it| it.0 == version) {
            None => MigrationState::Pending,
            Some((_, _, theirs)) if theirs == checksum => MigrationState::Applied,
            Some(_) => MigrationState::Changed,
        };
        let ours = MIGRATOR.iter().map(|it| Migration {
            version: it.version,
            description: it.description.to_string(),
            state: state(it.version, &it.checksum),
        });
        let unknown = applied.iter().filter(|it| MIGRATOR.iter().all(|our| our.version != it.0));
        let unknown = unknown.map(|(version, description, _)| Migration {
            version: *version,
            description: description.clone(),
            state: MigrationState::Unknown,
        });
        Ok(ours.chain(unknown).collect())
    }
}

impl SqlxMigrations {
    /// Version, description and checksum of what the database has; nothing before the first.
    async fn applied(&self) -> Result<Vec<(i64, String, Vec<u8>)>, MigrationError> {
        let rows = sqlx::query!(
            "SELECT version, description, checksum FROM _sqlx_migrations WHERE success ORDER BY version"
        )
        .fetch_all(&self.0)
        .await;
        match rows {
            Ok(rows) => {
                Ok(rows.into_iter().map(|it| (it.version, it.description, it.checksum)).collect())
            }
            Err(error) if is_undefined_table(&error) => Ok(Vec::new()),
            Err(error) => Err(MigrationError::Database(Box::new(error))),
        }
    }
}

fn is_undefined_table(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some("42P01")
}

fn explained(error: MigrateError) -> MigrationError {
    match error {
        MigrateError::VersionMismatch(version) => MigrationError::Changed { version },
        MigrateError::VersionMissing(version) => MigrationError::Newer { version },
        MigrateError::Dirty(version) => MigrationError::Dirty { version },
        other => MigrationError::Database(Box::new(other)),
    }
}
