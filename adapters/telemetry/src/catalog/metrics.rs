//! The table.

use observatory_ports::driven::Gauge;

use super::labels::{CLASS, OPERATION, OUTCOME, REASON, REFUSAL, SIGNAL, TRANSPORT, VERSION};
use super::{Kind, Label, Metric, Origin};

/// Every metric, in the order of the documentation.
pub static ALL: &[Metric] = &[
    REQUESTS,
    REQUEST_DURATION,
    REQUEST_SIZE,
    RECORDS_STORED,
    RECORDS_REFUSED,
    COPY_DURATION,
    COPY_BATCH_SIZE,
    COPY_ERRORS,
    BATCHES,
    BATCH_REQUESTS,
    QUERY_DURATION,
    POOL_ACTIVE,
    POOL_IDLE,
    POOL_MAX,
    MEMORY_USED,
    MEMORY_MAX,
    REQUESTS_IN_FLIGHT,
    REQUESTS_IN_FLIGHT_MAX,
    RECORDS_IN_FLIGHT,
    LANES_READY,
    LANES,
    BUILD,
    STARTED,
];

/// Requests answered.
pub const REQUESTS: Metric = counter(
    "storage_requests_total",
    "{request}",
    "Export requests answered.",
    &[SIGNAL, TRANSPORT, OUTCOME],
    "Answered",
);

/// From a request's first byte to its answer. `REQUEST_DEADLINE` is 8 s.
pub const REQUEST_DURATION: Metric = histogram(
    "storage_request_duration_seconds",
    "s",
    "Time from a request's first byte to its answer.",
    &[SIGNAL, TRANSPORT, OUTCOME],
    "Answered",
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0],
);

/// Request bytes, decompressed, 256 B to 64 MiB.
pub const REQUEST_SIZE: Metric = histogram(
    "storage_request_size_bytes",
    "By",
    "Size of a request's body after decompression, as far as it was read.",
    &[SIGNAL, TRANSPORT],
    "Answered",
    &[
        256.0,
        1024.0,
        4096.0,
        16_384.0,
        65_536.0,
        262_144.0,
        1_048_576.0,
        4_194_304.0,
        16_777_216.0,
        67_108_864.0,
    ],
);

/// Rows committed.
pub const RECORDS_STORED: Metric =
    counter("storage_records_stored_total", "{record}", "Records committed.", &[], "Committed");

/// Records refused.
pub const RECORDS_REFUSED: Metric = counter(
    "storage_records_refused_total",
    "{record}",
    "Records kept out by policy, as their clients were told.",
    &[REFUSAL],
    "Refused",
);

/// A batch's transaction.
pub const COPY_DURATION: Metric = histogram(
    "storage_copy_write_duration_seconds",
    "s",
    "Time to write a batch: from the start of its transaction to the answer of COMMIT.",
    &[],
    "Committed",
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0],
);

/// A batch's rows; the default target is 10 000.
pub const COPY_BATCH_SIZE: Metric = histogram(
    "storage_copy_batch_size",
    "{row}",
    "Rows of a committed batch.",
    &[],
    "Committed",
    &[
        1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10_000.0, 12_500.0, 25_000.0,
        50_000.0, 100_000.0,
    ],
);

/// Failed attempts.
pub const COPY_ERRORS: Metric = counter(
    "storage_copy_errors_total",
    "{attempt}",
    "Failed attempts to commit a batch.",
    &[CLASS],
    "CommitFailed",
);

/// Batches by reason.
pub const BATCHES: Metric =
    counter("storage_batches_total", "{batch}", "Batches committed.", &[REASON], "Committed");

/// Requests that share a transaction.
pub const BATCH_REQUESTS: Metric = histogram(
    "storage_batch_requests",
    "{request}",
    "Requests of a committed batch.",
    &[],
    "Committed",
    &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0],
);

/// Statements other than COPY.
pub const QUERY_DURATION: Metric = histogram(
    "storage_query_duration_seconds",
    "s",
    "Time to answer a statement other than COPY.",
    &[OPERATION],
    "Queried",
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
);

/// Connections in use.
pub const POOL_ACTIVE: Metric = gauge(
    "storage_connection_pool_active",
    "{connection}",
    "Database connections in use.",
    Gauge::PoolActive,
);

/// Connections waiting.
pub const POOL_IDLE: Metric = gauge(
    "storage_connection_pool_idle",
    "{connection}",
    "Database connections that are open and wait.",
    Gauge::PoolIdle,
);

/// The bound of connections.
pub const POOL_MAX: Metric = gauge(
    "storage_connection_pool_max",
    "{connection}",
    "The bound of database connections (DB_POOL_MAX_SIZE).",
    Gauge::PoolMax,
);

/// Memory held.
pub const MEMORY_USED: Metric = gauge(
    "storage_ingest_memory_used_bytes",
    "By",
    "Memory held by requests and the rows prepared from them.",
    Gauge::MemoryUsed,
);

/// The bound of memory.
pub const MEMORY_MAX: Metric = gauge(
    "storage_ingest_memory_max_bytes",
    "By",
    "The bound of that memory (INGEST_MEMORY_BYTES); one maximal request is admitted on top.",
    Gauge::MemoryMax,
);

/// Requests in flight.
pub const REQUESTS_IN_FLIGHT: Metric = gauge(
    "storage_requests_in_flight",
    "{request}",
    "Requests being answered.",
    Gauge::RequestsInFlight,
);

/// The bound of requests in flight.
pub const REQUESTS_IN_FLIGHT_MAX: Metric = gauge(
    "storage_requests_in_flight_max",
    "{request}",
    "The bound of requests being answered; more are told to come back.",
    Gauge::RequestsInFlightMax,
);

/// Records in flight.
pub const RECORDS_IN_FLIGHT: Metric = gauge(
    "storage_records_in_flight",
    "{record}",
    "Records received and neither stored nor handed back yet.",
    Gauge::RecordsInFlight,
);

/// Lanes that can write.
pub const LANES_READY: Metric = gauge(
    "storage_lanes_ready",
    "{lane}",
    "Lanes that can write now; 0 means that nothing can be stored.",
    Gauge::LanesReady,
);

/// All lanes.
pub const LANES: Metric = gauge("storage_lanes", "{lane}", "All lanes (COPY_LANES).", Gauge::Lanes);

/// The build.
pub const BUILD: Metric = Metric {
    name: "storage_build_info",
    kind: Kind::Gauge,
    unit: "1",
    help: "Always 1; the label tells which build runs.",
    labels: &[VERSION],
    origin: Origin::Start,
};

/// The start, by the name that Prometheus's own client libraries use.
pub const STARTED: Metric = Metric {
    name: "process_start_time_seconds",
    kind: Kind::Gauge,
    unit: "s",
    help: "When the process started, in seconds since 1970-01-01T00:00:00Z.",
    labels: &[],
    origin: Origin::Start,
};

const fn counter(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    labels: &'static [Label],
    event: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, unit, help, labels, origin: Origin::Event(event) }
}

const fn gauge(name: &'static str, unit: &'static str, help: &'static str, gauge: Gauge) -> Metric {
    Metric { name, kind: Kind::Gauge, unit, help, labels: &[], origin: Origin::Gauge(gauge) }
}

const fn histogram(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    labels: &'static [Label],
    event: &'static str,
    bounds: &'static [f64],
) -> Metric {
    let kind = Kind::Histogram { bounds };
    Metric { name, kind, unit, help, labels, origin: Origin::Event(event) }
}
