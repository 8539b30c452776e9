//! What `/health` says.

use jiff::Timestamp;
use observatory_domain::accounting::Accounting;
use observatory_ports::driven::PoolStatus;
use observatory_ports::driving::{HealthReport, HealthStatus};
use poem_openapi::{Enum, Object};

/// The overall state.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[oai(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Everything works.
    Healthy,
    /// It works, but something needs attention.
    Degraded,
    /// Requests can't be stored.
    Unhealthy,
}

/// The state of the service at one moment.
#[derive(Clone, Debug, Object)]
pub(crate) struct Health {
    /// `healthy`, `degraded` or `unhealthy`.
    pub(crate) status: Status,
    /// When this was found, RFC 3339 in UTC.
    timestamp: String,
    /// The service's version.
    version: String,
    /// The database.
    database: Database,
    /// Its connections.
    pool: Pool,
    /// What is wrong or at risk, the worst first.
    messages: Vec<String>,
    /// Where the records went since the start.
    records: Records,
}

/// The database.
#[derive(Clone, Debug, Object)]
struct Database {
    /// Whether it answers.
    connected: bool,
    /// How long it took to answer, in milliseconds; absent when it doesn't.
    #[oai(skip_serializing_if_is_none)]
    latency_ms: Option<f64>,
    /// Its versions, edition and layout, once met.
    #[oai(skip_serializing_if_is_none)]
    edition: Option<String>,
}

/// Connections to the database.
#[derive(Clone, Debug, Object)]
struct Pool {
    /// In use.
    active: u64,
    /// Open and waiting.
    idle: u64,
    /// Never exceeded.
    max_size: u64,
}

/// Counts of records; `received` is the sum of the others.
#[derive(Clone, Debug, Object)]
struct Records {
    /// In requests that could be parsed.
    received: u64,
    /// Committed.
    stored: u64,
    /// Kept out by policy, and told so.
    refused: u64,
    /// Refused by the database itself, and told so.
    poisoned: u64,
    /// Handed back with retry advice.
    returned: u64,
    /// On their way.
    in_flight: u64,
}

impl From<HealthReport> for Health {
    fn from(report: HealthReport) -> Self {
        let nanos = i128::from(report.timestamp.0);
        let timestamp = Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            status: report.status.into(),
            timestamp: format!("{timestamp:.3}"),
            version: report.version.to_owned(),
            database: Database {
                connected: report.database.connected,
                // To a hundredth of a millisecond: more is noise.
                latency_ms: report
                    .database
                    .latency
                    .map(|it| (it.as_secs_f64() * 1e5).round() / 100.0),
                edition: report.database.edition,
            },
            pool: report.pool.into(),
            messages: report.messages,
            records: report.accounting.into(),
        }
    }
}

impl From<HealthStatus> for Status {
    fn from(status: HealthStatus) -> Self {
        match status {
            HealthStatus::Healthy => Self::Healthy,
            HealthStatus::Degraded => Self::Degraded,
            HealthStatus::Unhealthy => Self::Unhealthy,
        }
    }
}

impl From<PoolStatus> for Pool {
    fn from(pool: PoolStatus) -> Self {
        Self { active: pool.active, idle: pool.idle, max_size: pool.max_size }
    }
}

impl From<Accounting> for Records {
    fn from(it: Accounting) -> Self {
        let Accounting { received, stored, refused, poisoned, returned, in_flight } = it;
        Self { received, stored, refused, poisoned, returned, in_flight }
    }
}
