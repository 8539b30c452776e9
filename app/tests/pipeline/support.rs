//! A pipeline over a sink that fails by script.
#![expect(clippy::unwrap_used, reason = "support of tests")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use llm_observatory_storage::pipeline::{Intake, Pipeline, PipelineOptions, Shared};
use observatory_domain::batch::BatchPolicy;
use observatory_domain::budget::MemoryBudget;
use observatory_domain::ids::{LaneId, ProjectId, Sequence};
use observatory_domain::intake::{PolicySnapshot, RecordSet};
use observatory_domain::retry::{ErrorClass, RetryPolicy};
use observatory_domain::time::UnixNanos;
use observatory_ports::conformance::MemorySink;
use observatory_ports::driven::{
    Claim, Clock, Committed, Entry, Event, Malformed, Observer, Prepared, RecordSink, SinkError,
};
use observatory_ports::driving::{Accepted, Ingest, IngestError};
use observatory_ports::{Request, Signal};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) const REQUESTS_MAX: usize = 64;

/// What the next commit does instead of its work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Fails for certain.
    Retry,
    /// Stores, says that it doesn't know, and is away for so many claims.
    InDoubtButStored { away: u64 },
    /// Stores nothing, says that it doesn't know, and is away for so many claims.
    InDoubtAndLost { away: u64 },
    /// Takes an hour, then fails for certain.
    Stall,
    /// COMMIT never comes back.
    StallInCommit,
    /// Takes this long for each entry.
    Slow(Duration),
    /// The sink goes back, and says so.
    RewindTo(u64),
}

/// A [`MemorySink`] that takes the number 13 for poison, and fails by script.
pub(crate) struct Scripted {
    pub(crate) inner: MemorySink,
    script: Mutex<VecDeque<Fault>>,
    commits: watch::Sender<u64>,
    away: AtomicU64,
}

impl Scripted {
    pub(crate) fn commits(&self) -> u64 {
        *self.commits.borrow()
    }

    pub(crate) async fn until_commits(&self, count: u64) {
        self.commits.subscribe().wait_for(|it| *it >= count).await.unwrap();
    }

    fn failure() -> SinkError {
        SinkError::Retry { class: ErrorClass::Transient, source: "by script".into() }
    }
}

#[async_trait]
impl RecordSink for Scripted {
    fn prepare(
        &self,
        request: &Request,
        intake: &observatory_ports::driven::Intake<'_>,
    ) -> Result<(Box<dyn Prepared>, RecordSet), Malformed> {
        self.inner.prepare(request, intake)
    }

    async fn claim(&self, lane: LaneId) -> Result<(Claim, Sequence), SinkError> {
        let away = self.away.load(Ordering::Relaxed);
        if away > 0 {
            self.away.store(away - 1, Ordering::Relaxed);
            return Err(Self::failure());
        }
        self.inner.claim(lane).await
    }

    async fn commit(&self, claim: &mut Claim, entries: &[Entry]) -> Result<Committed, SinkError> {
        self.commits.send_modify(|it| *it += 1);
        let fault = self.script.lock().unwrap().pop_front();
        let doubt = || SinkError::InDoubt { source: "by script".into() };
        match fault {
            Some(Fault::Retry) => return Err(Self::failure()),
            Some(Fault::InDoubtButStored { away }) => {
                self.inner.commit(claim, entries).await?;
                self.away.store(away, Ordering::Relaxed);
                return Err(doubt());
            }
            Some(Fault::InDoubtAndLost { away }) => {
                assert!(entries.iter().all(|it| it.ticket.seal()));
                self.away.store(away, Ordering::Relaxed);
                return Err(doubt());
            }
            Some(Fault::Stall) => {
                tokio::time::sleep(Duration::from_hours(1)).await;
                return Err(Self::failure());
            }
            Some(Fault::StallInCommit) => {
                assert!(entries.iter().all(|it| it.ticket.seal()));
                std::future::pending::<()>().await;
            }
            Some(Fault::Slow(each)) => {
                let entries = u32::try_from(entries.len()).unwrap();
                self.script.lock().unwrap().push_front(Fault::Slow(each));
                tokio::time::sleep(each * entries).await;
            }
            Some(Fault::RewindTo(to)) => {
                self.inner.commit(claim, entries).await?;
                self.inner.rewind(claim.lane, Sequence(to));
                return Ok(Committed {
                    checkpoint: entries.last().unwrap().position.sequence,
                    rows: 1,
                });
            }
            None => {}
        }
        if entries.iter().any(|it| it.request.body.contains(&13)) {
            return Err(SinkError::Poison { reason: "13 is poison".to_owned() });
        }
        self.inner.commit(claim, entries).await
    }
}

struct Silent;

impl Observer for Silent {
    fn observe(&self, _event: Event) {}
}

impl Clock for Silent {
    fn now(&self) -> UnixNanos {
        UnixNanos(1_800_000_000_000_000_000)
    }
}

/// A running pipeline.
pub(crate) struct Bench {
    pub(crate) sink: Arc<Scripted>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) memory: MemoryBudget,
    pub(crate) drain: CancellationToken,
    pub(crate) running: JoinHandle<Result<(), JoinError>>,
}

impl Bench {
    pub(crate) async fn start(lanes: usize, script: impl IntoIterator<Item = Fault>) -> Self {
        let bench = Self::start_without_waiting(lanes, script.into_iter().collect());
        bench.until_ready().await;
        bench
    }

    #[expect(clippy::disallowed_methods, reason = "owned by the bench, and joined by the tests")]
    pub(crate) fn start_without_waiting(lanes: usize, script: Vec<Fault>) -> Self {
        let away = if script.len() >= 100 { u64::MAX } else { 0 };
        let sink = Arc::new(Scripted {
            inner: MemorySink::default(),
            script: Mutex::new(script.into()),
            commits: watch::Sender::new(0),
            away: AtomicU64::new(away),
        });
        let memory = MemoryBudget::new(1 << 20);
        let options = options(lanes, memory.clone());
        let as_sink: Arc<dyn RecordSink> = Arc::clone(&sink) as _;
        let (pipeline, intake) =
            Pipeline::new(options, as_sink, Arc::new(Silent), Arc::new(Silent));
        let (shared, drain) = (pipeline.shared(), CancellationToken::new());
        let running = tokio::spawn(pipeline.run(drain.clone()));
        Self { sink, intake: Arc::new(intake), shared, memory, drain, running }
    }

    pub(crate) async fn until_ready(&self) {
        while self.shared.lanes_ready() < self.shared.lanes() {
            // Paused time moves on whenever everybody waits.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub(crate) fn stored(&self) -> Vec<u8> {
        self.sink.inner.stored()
    }

    pub(crate) async fn send(
        &self,
        body: &[u8],
        patience: Duration,
    ) -> Result<Accepted, IngestError> {
        send(&self.intake, body, patience).await
    }

    #[expect(clippy::disallowed_methods, reason = "the handle is the test's")]
    pub(crate) fn spawn(
        &self,
        body: Vec<u8>,
        patience: Duration,
    ) -> JoinHandle<Result<Accepted, IngestError>> {
        let intake = Arc::clone(&self.intake);
        tokio::spawn(async move { send(&intake, &body, patience).await })
    }
}

async fn send(intake: &Intake, body: &[u8], patience: Duration) -> Result<Accepted, IngestError> {
    let slot = intake.admit()?;
    let deadline: Instant = (tokio::time::Instant::now() + patience).into_std();
    intake.ingest(request(body), slot, deadline).await
}

pub(crate) fn request(body: &[u8]) -> Request {
    let body = body.to_vec().into();
    Request { project: ProjectId(0), signal: Signal::Traces, body }
}

fn options(lanes: usize, memory: MemoryBudget) -> PipelineOptions {
    PipelineOptions {
        lanes,
        batch: BatchPolicy {
            rows_target: 10_000,
            bytes_target: 1 << 20,
            age_max: Duration::from_secs(1),
        },
        retry: RetryPolicy {
            quick_retries: 3,
            delay: Duration::from_millis(100),
            delay_max: Duration::from_secs(5),
        },
        policy: PolicySnapshot {
            future_max: Duration::from_hours(1),
            age_max: Duration::from_hours(720),
            attributes_max: 100,
            attribute_bytes_max: 1 << 20,
        },
        requests_max: REQUESTS_MAX,
        memory,
        retry_after: Duration::from_secs(1),
    }
}
