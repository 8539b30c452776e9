//! PostgreSQL and TimescaleDB: the sink, and everything around it.
//!
//! | room | what |
//! |---|---|
//! | `connect` | connection strings, TLS, the pool and its upkeep |
//! | `prepare` | rows of a request, in COPY's binary form |
//! | `copy` | COPY's format, and sending it |
//! | `commit` | one batch, one transaction: checkpoint, dimensions, rows |
//! | `sink` | the port's face of the two above |
//! | `export` | the way back: rows as views again |
//! | `migrations`, `edition` | the schema, and what kind of database it lives in |
//! | `probe` | how the database is doing |
//! | `error` | what an error means for the caller |
//!
//! Invariants: the connections of this crate together never exceed `DB_POOL_MAX_SIZE`; every
//! statement but a migration, which may take its time, has a deadline on the client's side; nothing
//! is read from an error's text.

mod commit;
mod connect;
mod copy;
mod edition;
mod error;
mod export;
mod migrations;
mod prepare;
mod probe;
mod sink;

pub use connect::{ConnectError, Connections, PoolOptions, QueryLogging, Target, TargetError};
pub use edition::{Edition, EditionError};
pub use export::PostgresSource;
pub use migrations::SqlxMigrations;
pub use probe::PostgresProbe;
pub use sink::{PostgresSink, SinkOptions};

/// The parts that benchmarks measure one by one.
#[doc(hidden)]
pub mod measured {
    pub use crate::copy::RowWriter;
    pub use crate::prepare::{PreparedRows, prepare};
}
