//! All connections of the process. deadpool's and sqlx's together never exceed `DB_POOL_MAX_SIZE`:
//! sqlx takes a small fixed share, deadpool the rest.

use std::time::{Duration, Instant};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts,
};
use observatory_ports::driven::PoolStatus;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::session::Session;
use super::target::{Target, TargetError};
use super::tls::client_config;
use crate::error::Failure;

/// sqlx's share: migrations, health and maintenance. Two, so that health answers while one of them
/// migrates.
const SQLX_CONNECTIONS: u32 = 2;

/// What sessions are set to, once each: a dead client's session ends soon, and with it its locks,
/// also while a statement waits for a lock that somebody else holds (a server on a system that can't
/// tell whether a client is still there refuses that one).
const SESSION: &str = "SET tcp_user_timeout = 15000; SET tcp_keepalives_idle = 5; \
    SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 4; \
    SET idle_in_transaction_session_timeout = 60000; \
    DO $$ BEGIN SET client_connection_check_interval = 1000; \
    EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$";

/// The pool's bounds.
#[derive(Clone, Copy, Debug)]
pub struct PoolOptions {
    /// Connections kept open (`DB_POOL_MIN_SIZE`).
    pub min_size: u32,
    /// Connections never exceeded (`DB_POOL_MAX_SIZE`); at least 3.
    pub max_size: u32,
    /// How long to wait for a connection (`DB_POOL_TIMEOUT`).
    pub wait_max: Duration,
    /// Idle ones above the minimum are closed after this (`DB_POOL_IDLE_TIMEOUT`).
    pub idle_max: Duration,
    /// Any one is replaced after this (`DB_POOL_MAX_LIFETIME`).
    pub lifetime_max: Duration,
    /// Whether statements are logged (`DB_QUERY_LOGGING`).
    pub query_logging: QueryLogging,
}

/// Whether statements are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryLogging {
    /// No.
    Off,
    /// sqlx's (health, migrations, maintenance), each, at level info, on target `sqlx::query`.
    On,
}

/// The database can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The target can't be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The pool's options contradict each other.
    #[error("the connection pool can't be built")]
    Pool(#[from] deadpool_postgres::BuildError),
    /// Credentials or the database's name are wrong: retrying does not help.
    #[error(
        "the database at {address} refuses us: {reason}; check user, password and database in DATABASE_URL"
    )]
    Refused {
        /// Where.
        address: String,
        /// The server's words.
        reason: String,
    },
    /// It did not answer in time.
    #[error(
        "the database at {address} was not reached within {waited:?} (DB_STARTUP_TIMEOUT): {reason}; check host and port in DATABASE_URL, and that the server runs"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// How long it was tried.
        waited: Duration,
        /// The last error.
        reason: String,
    },
}

/// All connections of the process.
#[derive(Clone, Debug)]
pub struct Connections {
    pub(crate) lanes: Pool,
    pub(crate) sqlx: PgPool,
    pub(crate) options: PoolOptions,
    address: String,
}

impl Connections {
    /// Builds both pools. Connects to nothing yet.
    ///
    /// # Errors
    /// When TLS can't be set up as the target demands.
    pub fn new(target: &Target, options: PoolOptions) -> Result<Self, ConnectError> {
        let sqlx_share = SQLX_CONNECTIONS.min(options.max_size.saturating_sub(1)).max(1);
        let lanes_share = options.max_size.saturating_sub(sqlx_share).max(1);
        Ok(Self {
            lanes: lane_pool(target, &options, lanes_share)?,
            sqlx: sqlx_pool(target, &options, sqlx_share),
            options,
            address: target.address(),
        })
    }

    /// Where the database is, without any secret.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// sqlx's pool, for queries off the COPY path.
    #[must_use]
    pub const fn queries(&self) -> &PgPool {
        &self.sqlx
    }

    /// Closes every connection; nothing can be asked afterwards. Takes as long as the statements
    /// that are under way.
    pub async fn close(&self) {
        self.lanes.close();
        self.sqlx.close().await;
    }

    /// A connection of its own, until it is given back.
    pub(crate) async fn lane(&self) -> Result<Session, Failure> {
        let asked = Instant::now();
        let connection = self.lanes.get().await?;
        if asked.elapsed() > Duration::from_millis(100) {
            tracing::debug!(waited = ?asked.elapsed(), "waited for a connection");
        }
        Ok(Session::new(connection))
    }

    /// Connections now, of both pools.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        let lanes = self.lanes.status();
        let (open, idle) = (u64::from(self.sqlx.size()), self.sqlx.num_idle() as u64);
        let (size, available) = (lanes.size as u64, lanes.available as u64);
        PoolStatus {
            active: size.saturating_sub(available) + open.saturating_sub(idle),
            idle: available + idle,
            max_size: u64::from(self.options.max_size),
        }
    }
}

fn lane_pool(target: &Target, options: &PoolOptions, size: u32) -> Result<Pool, ConnectError> {
    let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = if target.config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(target.config.clone(), NoTls, manager_config)
    } else {
        let config = client_config(target.verification, target.root_cert.as_deref());
        let config = config.map_err(|source| TargetError::RootCert {
            path: target.root_cert.clone().unwrap_or_default(),
            source,
        })?;
        let tls = MakeRustlsConnect::new(config);
        Manager::from_config(target.config.clone(), tls, manager_config)
    };
    let (lifetime_max, wait_max) = (options.lifetime_max, options.wait_max);
    let pool = Pool::builder(manager)
        .max_size(size as usize)
        .runtime(Runtime::Tokio1)
        .timeouts(Timeouts {
            wait: Some(options.wait_max),
            create: Some(options.wait_max),
            recycle: Some(options.wait_max),
        })
        .post_create(Hook::async_fn(move |client, _| {
            Box::pin(async move {
                // The pool's own time-out for creating ends before this hook.
                match tokio::time::timeout(wait_max, client.batch_execute(SESSION)).await {
                    Ok(set) => set.map_err(HookError::Backend),
                    Err(_elapsed) => Err(HookError::message(
                        "a new connection did not take its settings within DB_POOL_TIMEOUT",
                    )),
                }
            })
        }))
        .pre_recycle(Hook::sync_fn(move |_, metrics| {
            if metrics.age() < lifetime_max {
                Ok(())
            } else {
                Err(HookError::message("the connection has reached DB_POOL_MAX_LIFETIME"))
            }
        }))
        .build()?;
    Ok(pool)
}

fn sqlx_pool(target: &Target, options: &PoolOptions, size: u32) -> PgPool {
    let level = match options.query_logging {
        QueryLogging::On => log::LevelFilter::Info,
        QueryLogging::Off => log::LevelFilter::Trace,
    };
    PgPoolOptions::new()
        .max_connections(size)
        .min_connections(0)
        .acquire_timeout(options.wait_max)
        .idle_timeout(options.idle_max)
        .max_lifetime(options.lifetime_max)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql(SESSION).execute(connection).await.map(drop) })
        })
        .connect_lazy_with(target.for_sqlx().log_statements(level))
}
