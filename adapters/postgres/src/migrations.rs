//! The schema, by sqlx: the same table of applied migrations, checksums and advisory lock as
//! sqlx-cli uses, so that either may run them, and three replicas at once too.

use std::time::Duration;

use async_trait::async_trait;
use observatory_ports::driven::{Migration, MigrationError, MigrationState, Migrations};
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::{Connection, PgConnection, PgPool};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// How often a database that migrates is asked whether it still answers.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// How long each of these questions waits for its answer.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// So many of them in a row without one, and the database is gone.
const UNANSWERED_MAX: u32 = 3;
/// How long another's migration is waited for without a word.
const SILENCE_MAX: Duration = Duration::from_secs(1);

/// The database does not answer any more.
#[derive(Debug, thiserror::Error)]
#[error("it left {UNANSWERED_MAX} questions in a row unanswered, each for up to {ANSWER_MAX:?}")]
struct Silent(#[source] Option<sqlx::Error>);

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
        self.while_it_answers(self.migrate()).await
    }

    async fn info(&self) -> Result<Vec<Migration>, MigrationError> {
        self.while_it_answers(self.compare()).await
    }
}

impl SqlxMigrations {
    async fn migrate(&self) -> Result<Vec<Migration>, MigrationError> {
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

    async fn compare(&self) -> Result<Vec<Migration>, MigrationError> {
        let mut connection = self.0.acquire().await.map_err(database)?;
        Ok(compared(&applied(&mut connection).await?))
    }

    /// Does `work`, unless the database falls silent: a migration, or another one's lock, may take
    /// hours, so that a deadline tells nothing; that it answers others meanwhile does.
    async fn while_it_answers<T: Send>(
        &self,
        work: impl Future<Output = Result<T, MigrationError>> + Send,
    ) -> Result<T, MigrationError> {
        tokio::select! {
            done = work => done,
            silent = self.silence() => Err(MigrationError::Database(Box::new(silent))),
        }
    }

    /// Returns once the database left several questions in a row without an answer.
    async fn silence(&self) -> Silent {
        let (mut unanswered, mut last) = (0, None);
        while unanswered < UNANSWERED_MAX {
            tokio::time::sleep(ASKED_EVERY).await;
            match tokio::time::timeout(ANSWER_MAX, self.ask()).await {
                // A refusal (too many connections) is an answer too.
                Ok(Ok(()) | Err(sqlx::Error::Database(_))) => unanswered = 0,
                Ok(Err(error)) => (unanswered, last) = (unanswered + 1, Some(error)),
                Err(_elapsed) => unanswered += 1,
            }
        }
        Silent(last)
    }

    /// Asks over a connection of its own: the pool would try again by itself where the server has no
    /// connection left, and that it says so is all that is wanted here.
    async fn ask(&self) -> Result<(), sqlx::Error> {
        PgConnection::connect_with(&self.0.connect_options()).await?.close().await
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
