//! Detects versions, edition and durability; brings the tables in line with the edition.

use std::fmt;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};

/// The kind of database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// PostgreSQL's version, as it names itself: `17.5 (Debian …)`.
    pub postgresql: String,
    /// TimescaleDB's version and licence (`apache`, `timescale`), when the extension is there.
    pub timescaledb: Option<(String, String)>,
    /// How `spans` is laid out: `hypertable`, `partitioned` or `plain`.
    pub layout: String,
    /// Settings of the server by which an acknowledged record can be lost, with their values.
    pub risks: Vec<String>,
}

/// The database could not be asked or reconciled.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// Our schema is not there.
    #[error(
        "the database has no schema of ours: run `llm-observatory-storage migrate run`, or unset SKIP_MIGRATIONS"
    )]
    NoSchema(#[source] sqlx::Error),
    /// No answer came in time.
    #[error("the database did not tell its edition within {0:?} (DB_STATEMENT_DEADLINE)")]
    Deadline(Duration),
    /// Anything else.
    #[error("the database could not be asked for its edition")]
    Query(#[source] sqlx::Error),
}

impl Edition {
    /// Reconciles the tables with the edition (safe by several at once), and reads it; takes
    /// `deadline` at the most, once a connection is there (which is waited for as by any statement).
    ///
    /// # Errors
    /// When the schema is missing, or the database fails or does not answer in time.
    pub async fn reconcile(pool: &PgPool, deadline: Duration) -> Result<Self, EditionError> {
        let mut connection = pool.acquire().await.map_err(classed)?;
        match tokio::time::timeout(deadline, Self::asked(&mut connection)).await {
            Ok(edition) => edition.map_err(classed),
            Err(_elapsed) => {
                // It is in the middle of something: nobody else should get it.
                connection.close_on_drop();
                Err(EditionError::Deadline(deadline))
            }
        }
    }

    async fn asked(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let layout = sqlx::query_scalar!("SELECT observatory_reconcile() AS \"layout!\"")
            .fetch_one(&mut *connection)
            .await?;
        let row = sqlx::query_file!("src/sql/edition.sql").fetch_one(connection).await?;
        let licence = row.license.unwrap_or_else(|| "unknown".to_owned());
        let risks = [("fsync", row.fsync), ("synchronous_commit", row.synchronous_commit)];
        Ok(Self {
            postgresql: row.postgresql,
            timescaledb: row.timescaledb.map(|version| (version, licence)),
            layout,
            risks: risks
                .into_iter()
                .filter(|(_, value)| value == "off")
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        })
    }
}

fn classed(error: sqlx::Error) -> EditionError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        // Undefined table, function.
        Some("42P01" | "42883") => EditionError::NoSchema(error),
        _ => EditionError::Query(error),
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((version, licence)) = &self.timescaledb {
            write!(f, "TimescaleDB {version} ({licence}) on ")?;
        }
        write!(f, "PostgreSQL {}, tables {}", self.postgresql, self.layout)
    }
}
