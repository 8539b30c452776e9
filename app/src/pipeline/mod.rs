//! The way of a request in commit mode: prepared on its own task, gathered by a lane, committed,
//! then acknowledged.
//!
//! | file | what |
//! |---|---|
//! | `intake` | admits, prepares, hands over, waits for the answer |
//! | `waiting` | a request between the two, and its answer |
//! | `batch` | the entries that a lane commits together |
//! | `lane` | one writer: gathers, commits, answers |
//! | `recovery` | the same when something went wrong: doubt, outage, clients that gave up |
//! | `shared` | what both sides know of each other |
//!
//! Invariants: a request is answered exactly once; its memory is held until it has left its lane;
//! every record that was received is counted once in the accounting, by whoever held it last.

mod batch;
mod intake;
mod lane;
mod recovery;
mod shared;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use observatory_domain::batch::BatchPolicy;
use observatory_domain::budget::MemoryBudget;
use observatory_domain::intake::PolicySnapshot;
use observatory_domain::retry::RetryPolicy;
use observatory_ports::driven::{Clock, Observer, RecordSink};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

pub use intake::Intake;
pub use shared::Shared;

use lane::Lane;

/// The pipeline's bounds and rules.
#[derive(Clone, Debug)]
pub struct PipelineOptions {
    /// How many lanes write (`COPY_LANES`); at least 1.
    pub lanes: usize,
    /// When a lane closes its batch.
    pub batch: BatchPolicy,
    /// When it tries again.
    pub retry: RetryPolicy,
    /// What is admitted.
    pub policy: PolicySnapshot,
    /// Requests in flight at the most (`OTLP_MAX_REQUESTS_IN_FLIGHT`).
    pub requests_max: usize,
    /// Bytes that they may hold (`INGEST_MEMORY_BYTES`).
    pub memory: MemoryBudget,
    /// What a refused client is told to wait.
    pub retry_after: Duration,
}

/// The lanes, which run; the other half of [`Intake`].
#[derive(Debug)]
pub struct Pipeline {
    lanes: Vec<Lane>,
    shared: Arc<Shared>,
}

impl Pipeline {
    /// A pipeline into `sink`: the lanes to run, and the way in.
    #[must_use]
    pub fn new(
        options: PipelineOptions,
        sink: Arc<dyn RecordSink>,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
    ) -> (Self, Intake) {
        let (shared, receivers) = Shared::new(options, observer);
        let shared = Arc::new(shared);
        let lanes = receivers
            .into_iter()
            .enumerate()
            .map(|(index, receiver)| {
                Lane::new(index, receiver, Arc::clone(&sink), Arc::clone(&shared))
            })
            .collect();
        let intake = Intake::new(sink, clock, Arc::clone(&shared));
        (Self { lanes, shared }, intake)
    }

    /// What the pipeline knows of itself.
    #[must_use]
    pub fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Runs the lanes until `drain`, then until they are empty.
    ///
    /// # Errors
    /// When a lane panics. The others are stopped.
    ///
    /// # Cancel safety
    /// Dropping it ends the lanes: what they held is answered as unavailable.
    pub async fn run(self, drain: CancellationToken) -> Result<(), JoinError> {
        let mut tasks = JoinSet::new();
        for lane in self.lanes {
            tasks.spawn(lane.run(drain.clone()));
        }
        while let Some(ended) = tasks.join_next().await {
            ended?;
        }
        Ok(())
    }
}
