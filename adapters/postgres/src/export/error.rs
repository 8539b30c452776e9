//! What can be wrong with stored records.

use std::error::Error;

use observatory_ports::driven::ReadError;
use tokio_postgres::error::SqlState;

use crate::error::Failure;

/// Stored records can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    /// The server or the connection failed.
    #[error(transparent)]
    Database(Failure),
    /// Our schema is not there.
    #[error(
        "the database has no schema of ours: is DATABASE_URL the right one? `llm-observatory-storage migrate run` makes it"
    )]
    NoSchema(#[source] Failure),
    /// A column holds what was never written there.
    #[error("column {column} of {table} holds what this program never writes")]
    Column {
        /// Its table.
        table: &'static str,
        /// Its name.
        column: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A row names another that is not there.
    #[error("a row of {table} names a row {key:032x} of {of}, which is not there")]
    Missing {
        /// The table of the row.
        table: &'static str,
        /// What it names.
        key: u128,
        /// The table that should have it.
        of: &'static str,
    },
}

impl From<Failure> for ExportError {
    fn from(failure: Failure) -> Self {
        match &failure {
            Failure::Database(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
                Self::NoSchema(failure)
            }
            _ => Self::Database(failure),
        }
    }
}

impl From<ExportError> for ReadError {
    fn from(error: ExportError) -> Self {
        Self::Sink(Box::new(error))
    }
}

/// A column's content is not what this program writes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Odd(pub(super) &'static str);
