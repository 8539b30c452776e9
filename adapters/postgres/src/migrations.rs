//! The schema, by sqlx: the same table of applied migrations, checksums and advisory lock as
//! sqlx-cli uses, so that either may run them, and three replicas at once too.

use std::time::Duration;

use async_trait::async_trait;
use observatory_ports::driven::{Migration, MigrationError, MigrationState, Migrations};
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::{PgConnection, PgPool};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// How long another's migration is waited for without a word.
const SILENCE_MAX: Duration = Duration::from_secs(1);

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
        let mut connection = self.0.acquire().await.map_err(database)?;
        // However this ends, the lock ends with the connection.
        connection.close_on_drop();
        // The lock that the run takes too (one session may take it twice), so that what is pending
        // here is applied by this process and by no other.
        locked(&mut connection).await.map_err(explained)?;
        let before = compared(&applied(&mut connection).await?);
        // `run` on a connection can't be proven to be `Send` inside a boxed future (rust-lang/rust
        // #110338); this is what it calls.
        MIGRATOR.run_direct(None, &mut *connection, false).await.map_err(explained)?;
        let pending = |it: &Migration| it.state == MigrationState::Pending;
        Ok(before.into_iter().filter(pending).collect())
    }

    async fn info(&self) -> Result<Vec<Migration>, MigrationError> {
        let mut connection = self.0.acquire().await.map_err(database)?;
        Ok(compared(&applied(&mut connection).await?))
    }
}

/// Takes the lock of migrations, and says so where that takes long.
async fn locked(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let mut locked = std::pin::pin!(connection.lock());
    match tokio::time::timeout(SILENCE_MAX, &mut locked).await {
        Ok(locked) => locked,
        Err(_elapsed) => {
            tracing::info!("another program migrates this database: waiting for it");
            locked.await
        }
    }
}

/// Version, description and checksum.
type Row = (i64, String, Vec<u8>);

/// Our migrations beside those that the database has.
fn compared(applied: &[Row]) -> Vec<Migration> {
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
    ours.chain(unknown).collect()
}

/// What the database has; nothing before the first.
async fn applied(connection: &mut PgConnection) -> Result<Vec<Row>, MigrationError> {
    let rows = sqlx::query!(
        "SELECT version, description, checksum FROM _sqlx_migrations WHERE success ORDER BY version"
    )
    .fetch_all(connection)
    .await;
    match rows {
        Ok(rows) => {
            Ok(rows.into_iter().map(|it| (it.version, it.description, it.checksum)).collect())
        }
        Err(error) if is_undefined_table(&error) => Ok(Vec::new()),
        Err(error) => Err(database(error)),
    }
}

fn database(error: sqlx::Error) -> MigrationError {
    MigrationError::Database(Box::new(error))
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
