//! The table of options.

/// One option: an environment variable, a flag, and for a secret also `NAME_FILE`.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// The environment variable.
    pub name: &'static str,
    /// The default; nothing when there is none.
    pub default: Option<&'static str>,
    /// What a bare number means, or what kind of value it is.
    pub unit: &'static str,
    /// The heading it stands under.
    pub section: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What happens at the extremes.
    pub extremes: &'static str,
    /// Whether it is shown.
    pub privacy: Privacy,
}

/// Whether an option's value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// It is.
    Public,
    /// It is not, and may be read from a file.
    Secret,
}

impl OptionSpec {
    /// The flag: `COPY_BATCH_SIZE` is `copy-batch-size`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.to_ascii_lowercase().replace('_', "-")
    }

    /// The variable that names a file with the value, for a secret.
    #[must_use]
    pub fn file_variable(&self) -> Option<String> {
        (self.privacy == Privacy::Secret).then(|| format!("{}_FILE", self.name))
    }
}

macro_rules! options {
    ($($section:literal { $($name:ident $privacy:ident $default:expr, $unit:literal, $help:literal, $extremes:literal;)* })*) => {
        /// Every option, in the order of the manual.
        pub const ALL: &[OptionSpec] = &[$($(OptionSpec {
            name: stringify!($name),
            default: $default,
            unit: $unit,
            section: $section,
            help: $help,
            extremes: $extremes,
            privacy: Privacy::$privacy,
        },)*)*];
    };
}

options! {
    "Database" {
        DATABASE_URL Secret None, "URL or key=value", "Where the records go. Without it, a private PostgreSQL is started in DATA_DIR.", "sslmode and sslrootcert follow libpq, up to verify-full.";
        DB_POOL_MIN_SIZE Public Some("5"), "connections", "Connections kept open.", "0 opens them when needed. At most DB_POOL_MAX_SIZE.";
        DB_POOL_MAX_SIZE Public Some("20"), "connections", "Connections never exceeded, all of them together.", "At least COPY_LANES + 3.";
        DB_POOL_TIMEOUT Public Some("30"), "s", "How long to wait for a connection.", "Short: requests are handed back sooner when the database is slow to connect.";
        DB_POOL_IDLE_TIMEOUT Public Some("300"), "s", "Idle connections above the minimum are closed after this.", "Short: connections are opened again and again.";
        DB_POOL_MAX_LIFETIME Public Some("1800"), "s", "Any connection is replaced after this, between batches.", "Short: more connecting. Long: a server's memory grows with its sessions.";
        DB_STATEMENT_DEADLINE Public Some("30"), "s", "How long any one statement may take, as seen from here.", "Short: large batches fail on a slow server. Long: a dead network is noticed late.";
        DB_STARTUP_TIMEOUT Public Some("60"), "s", "How long the database may take to come up.", "0 tries once.";
        DB_QUERY_LOGGING Public Some("false"), "true or false", "Logs each statement of health, migrations and maintenance, on target sqlx::query.", "Costs a line a statement.";
        SKIP_MIGRATIONS Public Some("false"), "true or false", "Leaves the schema to somebody else.", "With true and no schema, the start ends with a message.";
    }
    "Copy" {
        COPY_BATCH_SIZE Public Some("10000"), "rows", "Rows after which a batch is committed; it ends at a request's boundary.", "Small: more transactions. Beyond 10000 nothing is gained (measured).";
        COPY_FLUSH_INTERVAL Public Some("1000"), "ms", "How long a batch waits for requests that are on their way. When none is, it is committed at once.", "0 never waits: smaller batches under load.";
        COPY_BUFFER_SIZE Public Some("8192"), "B", "Bytes of one CopyData message.", "From 1 KiB to 1 MiB. Small costs CPU, large costs memory for each lane.";
        COPY_MAX_RETRIES Public Some("3"), "retries", "Quick retries of a failed batch, before its requests are handed back.", "0 hands back at once.";
        COPY_RETRY_DELAY_MS Public Some("100"), "ms", "The pause before the first retry; it doubles, up to 5 s.", "Long: clients wait, up to REQUEST_DEADLINE.";
        COPY_LANES Public None, "lanes", "Connections that write at the same time. Default: the cores, at most 4.", "More than the database's cores gains nothing.";
    }
    "OTLP" {
        OTLP_GRPC_PORT Public Some("4317"), "port", "Port of OTLP/gRPC, on APP_HOST.", "0 takes any free port.";
        OTLP_HTTP_PORT Public Some("4318"), "port", "Port of OTLP/HTTP, on APP_HOST.", "0 takes any free port.";
        OTLP_MAX_REQUEST_BYTES Public Some("64MiB"), "B", "Bytes of a request, before and after decompression.", "Small: large batches are refused for good. At most 1 GiB.";
        OTLP_MAX_REQUESTS_IN_FLIGHT Public Some("1024"), "requests", "Requests answered at the same time.", "Beyond it clients are told to come back.";
        INGEST_MEMORY_BYTES Public Some("64MiB"), "B", "Memory for requests in flight and the rows made from them. One request at a time may go beyond it.", "Small: clients are told to come back more often.";
        INGEST_MAX_FUTURE Public Some("1h"), "s", "Records that start further in the future are refused.", "Large: a wrong clock opens partitions far ahead.";
        INGEST_MAX_AGE Public Some("30d"), "s", "Records that started longer ago are refused.", "Large: every stray day opens a partition.";
        INGEST_MAX_ATTRIBUTES Public Some("8192"), "attributes", "Records with more attributes are refused.", "Small: long conversations, which some senders flatten into attributes, are refused.";
        INGEST_MAX_ATTRIBUTE_BYTES Public Some("16MiB"), "B", "Records with a larger attribute are refused.", "Small: large messages are refused. Below 64 MiB, jsonb takes any text.";
        REQUEST_DEADLINE Public Some("8s"), "s", "How long a client waits for its answer, unless it says less.", "Keep it below the clients' own time-out, 10 s in the SDKs.";
    }
    "HTTP" {
        APP_HOST Public Some("0.0.0.0"), "address", "The address that every port listens on.", "127.0.0.1 takes connections from this machine only.";
        APP_PORT Public Some("8080"), "port", "Port of health, API and its description.", "0 takes any free port.";
        METRICS_PORT Public Some("9090"), "port", "Port of /metrics.", "0 takes any free port.";
        HEALTH_CHECK_ENABLED Public Some("true"), "true or false", "Serves /health.", "With false it answers 404 and says why.";
        METRICS_ENABLED Public Some("true"), "true or false", "Serves /metrics.", "With false METRICS_PORT is not opened.";
    }
    "Logs" {
        RUST_LOG Public Some("info,llm_observatory_storage=debug,sqlx=warn"), "filter", "What is logged, by level and target; llm_observatory_storage means all crates of the service.", "trace is slow and large.";
        LOG_FORMAT Public Some("json"), "json or text", "How logs look.", "";
        RUST_BACKTRACE Public Some("0"), "0, 1 or full", "Whether a panic shows where it came from. Read by Rust itself.", "";
    }
    "Life" {
        SHUTDOWN_TIMEOUT Public Some("8s"), "s", "How long draining may take after SIGTERM or Ctrl-C.", "docker stop kills after 10 s.";
        DATA_DIR Public Some("./observatory-data"), "path", "Where the private PostgreSQL lives, when DATABASE_URL is not set.", "Keep it on a local disk.";
        POSTGRES_BIN_DIR Public None, "path", "Where initdb, pg_ctl and postgres are. Default: looked for, and fetched if there are none.", "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_texts_are_sentences() {
        for (index, spec) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|it| it.name != spec.name), "{}", spec.name);
            assert!(spec.help.ends_with('.'), "{}", spec.name);
        }
    }
}
