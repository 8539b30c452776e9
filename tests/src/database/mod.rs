//! A real database for each test: one server, one database a test.
//!
//! The server is, in this order: what `TEST_DATABASE_URL` names; a container of `TIMESCALEDB_IMAGE`
//! (default: the public image), when it is on this machine; a container of the image that
//! `cargo xtask image timescaledb` makes; a PostgreSQL from programs on this machine. The container
//! is shared by all tests of all processes, and left running: `cargo xtask database down` ends it.

mod container;
mod own;
mod skip;

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use observatory_embedded_postgres::{DataDir, EmbeddedPostgres, NoProgress, Options};
use observatory_ports::driven::Migrations;
use observatory_postgres::SqlxMigrations;
use sqlx::PgPool;
use tokio_postgres::{Client, NoTls};

pub use own::OwnServer;
pub use skip::{skip, skipped_without_engine};

/// What a database is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The best that the server has: TimescaleDB where it is there.
    Best,
    /// Plain PostgreSQL, also where TimescaleDB is there.
    Plain,
}

/// A database of a test's own. It stays, for a look at it after a failure, until the next run of all
/// tests clears it away.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    admin: String,
    name: String,
    /// A server of its own, where nothing can be shared.
    _server: Option<(EmbeddedPostgres, tempfile::TempDir)>,
}

impl TestDatabase {
    /// An empty database of the best kind.
    pub async fn create() -> Self {
        Self::of(Kind::Best).await
    }

    /// A migrated database of the best kind.
    pub async fn create_migrated() -> Self {
        let database = Self::create().await;
        let pool = PgPool::connect(database.url()).await.expect("connect");
        SqlxMigrations::new(pool).run().await.expect("migrate");
        database
    }

    /// An empty database of `kind`.
    pub async fn of(kind: Kind) -> Self {
        let (admin, server) = server().await.expect("a database server for tests");
        let name = unique_name();
        let client = connect(&admin).await.expect("connect to the server for tests");
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("create a database");
        if kind == Kind::Plain {
            let off = format!("ALTER DATABASE {name} SET observatory.timescaledb = 'off'");
            client.batch_execute(&off).await.expect("switch TimescaleDB off");
            let url = with_database(&admin, &name);
            // A template may carry the extension.
            let inside = connect(&url).await.expect("connect to the new database");
            let drop = "DROP EXTENSION IF EXISTS timescaledb CASCADE";
            inside.batch_execute(drop).await.expect("drop the extension");
        }
        Self { url: with_database(&admin, &name), admin, name, _server: server }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection to it.
    pub async fn connect(&self) -> Client {
        connect(&self.url).await.expect("connect to the test's database")
    }

    /// What kind of server it is on: `PostgreSQL 17.5`, and TimescaleDB when it can be had.
    pub async fn server_kind(&self) -> String {
        let sql = "SELECT 'PostgreSQL ' || current_setting('server_version') || coalesce((SELECT \
                     ', TimescaleDB ' || default_version || coalesce(' (' || \
                     current_setting('timescaledb.license', true) || ')', '') \
                   FROM pg_available_extensions WHERE name = 'timescaledb'), '')";
        let row = self.connect().await.query_one(sql, &[]).await.expect("ask the server");
        row.get(0)
    }

    /// Whether TimescaleDB can be used here.
    pub async fn has_timescaledb(&self) -> bool {
        self.server_kind().await.contains("TimescaleDB")
    }

    /// Removes the databases of earlier runs that nobody is connected to.
    pub async fn remove_left_over(&self) {
        let client = connect(&self.admin).await.expect("connect to the server for tests");
        let left = "SELECT datname::text FROM pg_database d WHERE datname ~ '^t_[0-9]+_[0-9]+_[0-9a-f]{16}$' \
                    AND datname <> $1 AND NOT EXISTS \
                    (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname AND backend_type = 'client backend')";
        let left = client.query(left, &[&self.name]).await.expect("list the databases");
        for row in left {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", row.get::<_, String>(0));
            client.batch_execute(&drop).await.expect("drop a database that was left over");
        }
    }

    /// Removes it, with whoever is still connected.
    pub async fn remove(self) {
        let client = connect(&self.admin).await.expect("connect to the server for tests");
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        client.batch_execute(&drop).await.expect("drop the test's database");
    }
}

/// The server's administrative URL; where it can't be shared, the server too.
async fn server() -> anyhow::Result<(String, Option<(EmbeddedPostgres, tempfile::TempDir)>)> {
    if let Some(url) = variable("TEST_DATABASE_URL") {
        return Ok((url, None));
    }
    if let Some(url) = container::shared().await? {
        return Ok((url.to_owned(), None));
    }
    let folder = tempfile::Builder::new().prefix("observatory-test-").tempdir()?;
    // The server may run as another user than this process.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let data_dir = DataDir::Explicit(folder.path().join("data"));
    let server = observatory_embedded_postgres::start(Options::new(data_dir), &NoProgress).await;
    let server = server.context("no container engine, and no PostgreSQL on this machine")?;
    Ok((server.url().to_owned(), Some((server, folder))))
}

/// Connects to `url`; the connection ends with the client.
///
/// # Errors
/// When the server does not take the connection.
pub async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    #[expect(clippy::disallowed_methods, reason = "it ends when the client is dropped")]
    tokio::spawn(connection);
    Ok(client)
}

fn with_database(url: &str, name: &str) -> String {
    let (base, _database) = url.rsplit_once('/').expect("a URL with a database");
    format!("{base}/{name}")
}

fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let (id, _) = uuid::Uuid::new_v4().as_u64_pair();
    format!("t_{}_{number}_{id:016x}", std::process::id())
}

/// An environment variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}
