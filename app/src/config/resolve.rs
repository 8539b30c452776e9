//! Values to [`Config`], with the checks across options.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use observatory_domain::batch::BatchPolicy;
use observatory_domain::budget::MemoryBudget;
use observatory_domain::intake::PolicySnapshot;
use observatory_domain::retry::RetryPolicy;
use observatory_http_api::{ApiOptions, HealthCheck};
use observatory_otlp::ReceiverOptions;
use observatory_ports::causes;
use observatory_postgres::{PoolOptions, QueryLogging, SinkOptions, Target};
use observatory_telemetry::LogFormat;

use super::given::{Given, Origin};
use super::parse::{Problems, Reader};
use crate::pipeline::PipelineOptions;
use crate::settings::{Listen, Migrate, Settings};

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
const MIB: u64 = 1 << 20;
/// Prepared bytes after which a batch is committed: a transaction of large messages stays short.
const BATCH_BYTES_TARGET: u64 = 32 * MIB;
/// Pauses between attempts are never longer.
const RETRY_DELAY_MAX: Duration = Duration::from_secs(5);
/// What a refused client is told to wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// When the SDKs' clients give up (OTLP exporters, `OTEL_EXPORTER_OTLP_TIMEOUT`).
const CLIENTS_PATIENCE: Duration = Duration::from_secs(10);
/// Connections beside the lanes: two for queries and migrations, one for partitions.
const CONNECTIONS_BESIDE_LANES: u32 = 3;

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database.
    pub database: Database,
    /// What the service is made from.
    pub settings: Settings,
    /// `RUST_LOG`.
    pub log_filter: String,
    /// `LOG_FORMAT`.
    pub log_format: LogFormat,
}

/// Where the records go.
#[derive(Clone, Debug)]
pub enum Database {
    /// `DATABASE_URL`.
    Given(Box<Target>),
    /// A private PostgreSQL.
    Embedded {
        /// `DATA_DIR`.
        folder: PathBuf,
        /// Whether somebody chose the folder.
        chosen: Origin,
        /// `POSTGRES_BIN_DIR`.
        binaries: Option<PathBuf>,
    },
}

impl Config {
    /// Checks and types what was given.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn resolve(given: &Given) -> Result<Self, Problems> {
        let mut read = Reader::new(given);
        let settings = settings(&mut read);
        let config = Self {
            database: database(&mut read, given),
            log_filter: log_filter(&mut read, settings.pool.query_logging),
            settings,
            log_format: log_format(&mut read),
        };
        check_across(&mut read, &config.settings);
        read.finish()?;
        Ok(config)
    }

    /// What is allowed, and probably not meant.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let deadline = self.settings.receiver.deadline;
        let late = deadline >= CLIENTS_PATIENCE;
        let warning = || {
            let deadline = humantime::format_duration(deadline);
            format!(
                "REQUEST_DEADLINE={deadline}: the SDKs' clients give up after 10 s, and send again \
                 what may yet be stored: set it below"
            )
        };
        late.then(warning).into_iter().collect()
    }
}

fn database(read: &mut Reader<'_>, given: &Given) -> Database {
    let path = |name| Some(PathBuf::from(read.text(name))).filter(|it| !it.as_os_str().is_empty());
    let embedded = Database::Embedded {
        folder: path("DATA_DIR").unwrap_or_default(),
        chosen: given.get("DATA_DIR").map_or(Origin::Default, |(_, origin)| origin),
        binaries: path("POSTGRES_BIN_DIR"),
    };
    let text = read.text("DATABASE_URL");
    if text.is_empty() {
        return embedded;
    }
    match text.parse::<Target>() {
        Ok(target) => Database::Given(Box::new(target)),
        Err(error) => {
            read.wrong("DATABASE_URL", causes(&error));
            embedded
        }
    }
}

fn settings(read: &mut Reader<'_>) -> Settings {
    let pipeline = pipeline(read);
    Settings {
        pool: pool(read),
        sink: SinkOptions {
            message_bytes: size(read, "COPY_BUFFER_SIZE", 1024, MIB),
            statement_deadline: read.period("DB_STATEMENT_DEADLINE", SECOND),
        },
        receiver: ReceiverOptions {
            request_bytes_max: size(read, "OTLP_MAX_REQUEST_BYTES", 1024, 1024 * MIB),
            deadline: read.period("REQUEST_DEADLINE", SECOND),
        },
        api: ApiOptions {
            health_check: read.truth(
                "HEALTH_CHECK_ENABLED",
                HealthCheck::Enabled,
                HealthCheck::Disabled,
            ),
        },
        listen: listen(read),
        migrate: read.truth("SKIP_MIGRATIONS", Migrate::Skip, Migrate::AtStart),
        startup_max: read.duration("DB_STARTUP_TIMEOUT", SECOND),
        shutdown_max: read.period("SHUTDOWN_TIMEOUT", SECOND),
        pipeline,
    }
}

fn pool(read: &mut Reader<'_>) -> PoolOptions {
    PoolOptions {
        min_size: read.number("DB_POOL_MIN_SIZE", 0, 1000),
        max_size: read.number("DB_POOL_MAX_SIZE", 1, 1000),
        wait_max: read.period("DB_POOL_TIMEOUT", SECOND),
        idle_max: read.period("DB_POOL_IDLE_TIMEOUT", SECOND),
        lifetime_max: read.period("DB_POOL_MAX_LIFETIME", SECOND),
        query_logging: read.truth("DB_QUERY_LOGGING", QueryLogging::On, QueryLogging::Off),
    }
}

fn pipeline(read: &mut Reader<'_>) -> PipelineOptions {
    PipelineOptions {
        lanes: lanes(read),
        batch: BatchPolicy {
            rows_target: read.number("COPY_BATCH_SIZE", 1, 1_000_000),
            bytes_target: BATCH_BYTES_TARGET,
            age_max: read.duration("COPY_FLUSH_INTERVAL", MILLISECOND),
        },
        retry: RetryPolicy {
            quick_retries: read.number("COPY_MAX_RETRIES", 0, 100),
            delay: read.period("COPY_RETRY_DELAY_MS", MILLISECOND),
            delay_max: RETRY_DELAY_MAX,
        },
        policy: PolicySnapshot {
            future_max: read.duration("INGEST_MAX_FUTURE", SECOND),
            age_max: read.period("INGEST_MAX_AGE", SECOND),
            attributes_max: read.number("INGEST_MAX_ATTRIBUTES", 1, 1 << 18),
            attribute_bytes_max: size(read, "INGEST_MAX_ATTRIBUTE_BYTES", 1024, 1024 * MIB),
        },
        requests_max: read.number("OTLP_MAX_REQUESTS_IN_FLIGHT", 1, 1_000_000),
        memory: MemoryBudget::new(read.bytes("INGEST_MEMORY_BYTES", MIB, 1 << 40)),
        retry_after: RETRY_AFTER,
    }
}

fn lanes(read: &mut Reader<'_>) -> usize {
    if read.text("COPY_LANES").is_empty() {
        return std::thread::available_parallelism().map_or(1, usize::from).min(4);
    }
    read.number("COPY_LANES", 1, 64)
}

fn listen(read: &mut Reader<'_>) -> Listen {
    let host = read.value("APP_HOST", "valid is an address: 0.0.0.0, 127.0.0.1, ::");
    let host: IpAddr = host.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let mut port = |name| SocketAddr::new(host, read.number(name, 0, u16::MAX));
    let listen = Listen {
        grpc: port("OTLP_GRPC_PORT"),
        http: port("OTLP_HTTP_PORT"),
        api: port("APP_PORT"),
        metrics: Some(port("METRICS_PORT")),
    };
    let metrics = read.truth("METRICS_ENABLED", listen.metrics, None);
    Listen { metrics, ..listen }
}

/// `RUST_LOG`; with `DB_QUERY_LOGGING` its lines are let through, whatever is said of sqlx as a whole.
fn log_filter(read: &mut Reader<'_>, logging: QueryLogging) -> String {
    const QUERIES: &str = "sqlx::query";
    let filter = read.text("RUST_LOG");
    if let Err(error) = observatory_telemetry::logs::parse(filter) {
        read.wrong("RUST_LOG", error.to_string());
    }
    if logging == QueryLogging::Off || filter.contains(QUERIES) {
        return filter.to_owned();
    }
    format!("{filter},{QUERIES}=info")
}

fn log_format(read: &mut Reader<'_>) -> LogFormat {
    match read.text("LOG_FORMAT") {
        "json" => LogFormat::Json,
        "text" => LogFormat::Text,
        _ => {
            read.wrong("LOG_FORMAT", "valid are json and text".to_owned());
            LogFormat::Json
        }
    }
}

/// A size that this machine's `usize` holds: every bound given here does.
fn size(read: &mut Reader<'_>, name: &'static str, min: u64, max: u64) -> usize {
    usize::try_from(read.bytes(name, min, max)).unwrap_or(usize::MAX)
}

/// What no option can say alone.
fn check_across(read: &mut Reader<'_>, settings: &Settings) {
    let (min, max) = (settings.pool.min_size, settings.pool.max_size);
    if min > max {
        let remedy = format!("DB_POOL_MAX_SIZE is {max}: lower this, or raise the maximum");
        read.wrong("DB_POOL_MIN_SIZE", remedy);
    }
    let lanes = u32::try_from(settings.pipeline.lanes).unwrap_or(u32::MAX);
    let needed = lanes.saturating_add(CONNECTIONS_BESIDE_LANES);
    if max < needed {
        let remedy = format!(
            "{lanes} lanes need at least {needed} connections: raise this, or lower COPY_LANES"
        );
        read.wrong("DB_POOL_MAX_SIZE", remedy);
    }
    let listen = &settings.listen;
    let mut ports = vec![
        ("OTLP_GRPC_PORT", listen.grpc.port()),
        ("OTLP_HTTP_PORT", listen.http.port()),
        ("APP_PORT", listen.api.port()),
    ];
    ports.extend(listen.metrics.map(|it| ("METRICS_PORT", it.port())));
    ports.retain(|(_, port)| *port != 0);
    for (index, (name, port)) in ports.iter().enumerate() {
        let earlier = ports.iter().take(index).find(|it| it.1 == *port);
        if let Some((other, _)) = earlier {
            read.wrong(name, format!("{other} has the same port: choose another"));
        }
    }
}
