//! One writer: an ordered stream of entries into the sink.
//!
//! A lane gathers while other requests are being prepared, at most until its batch is full or old
//! enough, and commits. A failed batch is tried again a few times; then it is an outage: clients
//! get their requests back, and the lane knocks until the sink answers. After doubt, the claim
//! tells the truth.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use observatory_domain::batch::{Decision as Closing, Reason};
use observatory_domain::ids::{LaneId, Sequence};
use observatory_domain::retry::{Decision, ErrorClass, Jitter};
use observatory_ports::causes;
use observatory_ports::driven::{Claim, Event, RecordSink, SinkError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::shared::{Phase, Shared};
use super::waiting::{Answer, Client, Waiting};

/// A batch that took less may be copied again as it is: every client that stayed has that time.
const SLOW_COPY: Duration = Duration::from_secs(1);

/// A writer and its queue.
pub(super) struct Lane {
    index: usize,
    id: LaneId,
    queue: mpsc::Receiver<Waiting>,
    sink: Arc<dyn RecordSink>,
    shared: Arc<Shared>,
    /// What the sink has of this lane, as far as we know.
    checkpoint: Sequence,
    claim: Option<Claim>,
    /// Failed attempts in a row.
    failures: u32,
}

/// What to do with a batch after an attempt.
enum Next {
    Done,
    Again,
    Isolate(String),
    /// Clients gave up while it was copied: what is left goes on in smaller parts.
    Halve,
    HandBack,
}

impl Lane {
    pub(super) fn new(
        index: usize,
        queue: mpsc::Receiver<Waiting>,
        sink: Arc<dyn RecordSink>,
        shared: Arc<Shared>,
    ) -> Self {
        let checkpoint = Sequence::default();
        let id = LaneId(rand::random());
        Self { index, id, queue, sink, shared, checkpoint, claim: None, failures: 0 }
    }

    /// Writes until `drain`, then until the queue is empty.
    pub(super) async fn run(mut self, drain: CancellationToken) {
        if !self.knock(&drain).await {
            return self.refuse_queue().await;
        }
        while let Some((batch, reason)) = self.gather(&drain).await {
            self.flush(batch, reason).await;
            if self.claim.is_none() && self.failures > 0 && !self.knock(&drain).await {
                break;
            }
        }
        self.refuse_queue().await;
    }

    /// Gathers a batch; nothing when the queue is closed and empty.
    async fn gather(&mut self, drain: &CancellationToken) -> Option<(Batch, Reason)> {
        let first = tokio::select! {
            first = self.queue.recv() => first?,
            () = drain.cancelled() => {
                self.queue.close();
                self.queue.recv().await?
            }
        };
        let mut batch = Batch::default();
        batch.push(first);
        let policy = self.shared.options.batch;
        loop {
            // Asked before the queue is emptied: what was prepared since then is in the queue.
            let prepared = self.shared.next_prepared();
            let outlook = self.shared.outlook();
            let mut closing = policy.decide(&batch.open(Instant::now(), outlook), Instant::now());
            while !matches!(closing, Closing::Close(Reason::Rows | Reason::Bytes)) {
                let Ok(waiting) = self.queue.try_recv() else { break };
                batch.push(waiting);
                closing = policy.decide(&batch.open(Instant::now(), outlook), Instant::now());
            }
            match closing {
                Closing::Close(reason) => return Some((batch, reason)),
                Closing::Hold { until } => tokio::select! {
                    waiting = self.queue.recv() => match waiting {
                        Some(waiting) => batch.push(waiting),
                        None => return Some((batch, Reason::Quiet)),
                    },
                    () = prepared => {}
                    () = tokio::time::sleep_until(until.into()) => {}
                },
            }
        }
    }

    /// Commits `batch`, in parts if need be, and answers every client of it.
    async fn flush(&mut self, batch: Batch, reason: Reason) {
        let mut parts = VecDeque::from([batch]);
        while let Some(mut part) = parts.pop_front() {
            let next = self.settle(&mut part, reason).await;
            let half = part.len().div_ceil(2);
            match next {
                Next::Isolate(why) if part.len() == 1 => self.poisoned(&mut part, &why),
                Next::Isolate(_) => prepend(&mut parts, part.split(1)),
                Next::Halve => prepend(&mut parts, part.split(half)),
                // Settled: whoever is still in it has the answer that nothing was stored.
                Next::Done | Next::Again => self.hand_back(part.take_clients()),
                Next::HandBack => {
                    let rest = parts.drain(..).flat_map(|mut it| it.take_clients());
                    self.hand_back(part.take_clients().into_iter().chain(rest).collect());
                }
            }
        }
    }

    /// Tries until `batch` is stored, refused or to be handed back.
    async fn settle(&mut self, batch: &mut Batch, reason: Reason) -> Next {
        loop {
            self.hand_back(batch.take_withdrawn());
            if batch.is_empty() {
                return Next::Done;
            }
            match self.attempt(batch, reason).await {
                Next::Again => {}
                next => return next,
            }
        }
    }

    async fn attempt(&mut self, batch: &mut Batch, reason: Reason) -> Next {
        let mut claim = match self.claim.take() {
            Some(claim) => claim,
            None => match self.sink.claim(self.id).await {
                Ok((claim, stands)) => {
                    self.compare(stands);
                    self.ready();
                    claim
                }
                Err(error) => return self.failed(error).await,
            },
        };
        let last = batch.number(self.id, self.checkpoint);
        let started = tokio::time::Instant::now();
        match self.sink.commit(&mut claim, batch.entries()).await {
            Ok(committed) => {
                self.claim = Some(claim);
                self.stored(batch, committed.checkpoint, reason, started.elapsed());
                Next::Done
            }
            Err(SinkError::Withdrawn) => {
                self.claim = Some(claim);
                self.given_up(batch, started.elapsed())
            }
            Err(SinkError::Poison { reason }) => {
                self.claim = Some(claim);
                self.observe(Event::CommitFailed { class: ErrorClass::Poison });
                Next::Isolate(reason)
            }
            Err(SinkError::InDoubt { source }) => {
                drop(claim);
                tracing::warn!(lane = %self.id, cause = causes(&*source), "a commit is in doubt");
                self.find_out(batch, last, reason, started.elapsed()).await
            }
            Err(error) => {
                drop(claim);
                self.failed(error).await
            }
        }
    }

    /// Asks the sink whether a batch in doubt was stored. Asks for as long as it takes: until then
    /// any answer could be a lie.
    async fn find_out(
        &mut self,
        batch: &mut Batch,
        last: Sequence,
        reason: Reason,
        took: Duration,
    ) -> Next {
        self.observe(Event::CommitFailed { class: ErrorClass::Transient });
        let mut failures = 0;
        loop {
            match self.sink.claim(self.id).await {
                Ok((claim, stands)) => {
                    self.claim = Some(claim);
                    self.ready();
                    tracing::info!(lane = %self.id, stored = stands >= last, "the doubt is settled");
                    if stands >= last {
                        self.stored(batch, stands, reason, took);
                        return Next::Done;
                    }
                    batch.reopen();
                    self.compare(stands);
                    return Next::Again;
                }
                Err(error) => {
                    failures += 1;
                    self.shared.set_phase(self.index, Phase::Out);
                    let cause = causes(&error);
                    tracing::warn!(lane = %self.id, cause, "the doubt can't be settled yet");
                    let pause = self.shared.options.retry.delay_after(failures, jitter());
                    self.rest(pause).await;
                }
            }
        }
    }

    /// Waits, and meanwhile hands every request of the queue back.
    async fn rest(&mut self, pause: Duration) {
        let until = tokio::time::Instant::now() + pause;
        while let Ok(Some(waiting)) = tokio::time::timeout_at(until, self.queue.recv()).await {
            self.hand_back(vec![waiting.client]);
        }
        // The queue is closed only while draining; the pause stays a pause.
        tokio::time::sleep_until(until).await;
    }

    /// Compares the sink's checkpoint with ours.
    fn compare(&mut self, stands: Sequence) {
        if stands != self.checkpoint {
            self.shared.rewound();
            tracing::error!(
                lane = %self.id, ours = self.checkpoint.0, theirs = stands.0,
                "the database went back (a restore, a failover?): records acknowledged before may be missing"
            );
            self.checkpoint = stands;
        }
    }

    /// The lane holds a claim: it takes requests.
    fn ready(&self) {
        self.shared.set_phase(self.index, Phase::Ready);
    }

    /// Decides after clients gave up while their batch was copied. Where that was slow, trying all
    /// of the rest again would take as long again, the next clients would give up, and the database
    /// would copy for ever and store nothing: smaller parts take less.
    fn given_up(&self, batch: &mut Batch, took: Duration) -> Next {
        self.hand_back(batch.take_withdrawn());
        let left = batch.len();
        if took < SLOW_COPY {
            tracing::debug!(lane = %self.id, left, ?took, "a client hung up while its batch was copied");
            return Next::Again;
        }
        self.observe(Event::CommitFailed { class: ErrorClass::Transient });
        tracing::warn!(lane = %self.id, left, ?took, "clients gave up while their batch was copied slowly");
        if left > 1 { Next::Halve } else { Next::Again }
    }

    /// Decides after an attempt that stored nothing.
    async fn failed(&mut self, error: SinkError) -> Next {
        let class = match &error {
            SinkError::Rewound { to } => {
                self.compare(*to);
                return Next::Again;
            }
            SinkError::Retry { class, .. } => *class,
            _ => {
                // Nobody else knows this lane's 128 random bits: a new lane goes on.
                self.id = LaneId(rand::random());
                self.checkpoint = Sequence::default();
                ErrorClass::Transient
            }
        };
        self.failures += 1;
        self.observe(Event::CommitFailed { class });
        let cause = causes(&error);
        tracing::warn!(lane = %self.id, cause, failures = self.failures, "a batch failed");
        self.shared.set_trouble(Some(cause));
        match self.shared.options.retry.decide(class, self.failures, jitter()) {
            Decision::Retry { after } => {
                tokio::time::sleep(after).await;
                Next::Again
            }
            Decision::Outage => Next::HandBack,
        }
    }

    /// Claims the lane, however long that takes, and meanwhile hands every request back. False
    /// when `drain` came first.
    async fn knock(&mut self, drain: &CancellationToken) -> bool {
        let mut failures = self.failures;
        loop {
            let claimed = tokio::select! {
                claimed = self.sink.claim(self.id) => claimed,
                () = drain.cancelled() => return false,
            };
            let error = match claimed {
                Ok((claim, stands)) => {
                    self.claim = Some(claim);
                    // Where the claim works at once, the trouble was the batch's: only a batch that
                    // is stored ends it.
                    if failures > self.failures {
                        self.shared.set_trouble(None);
                    }
                    self.failures = 0;
                    self.compare(stands);
                    self.ready();
                    tracing::info!(lane = %self.id, "the lane is ready");
                    return true;
                }
                Err(error) => error,
            };
            self.shared.set_phase(self.index, Phase::Out);
            failures += 1;
            let pause = self.shared.options.retry.delay_after(failures, jitter());
            let cause = causes(&error);
            self.shared.set_trouble(Some(cause.clone()));
            tracing::warn!(lane = %self.id, cause, ?pause, "the database is away: requests are handed back");
            if drain.run_until_cancelled(self.rest(pause)).await.is_none() {
                return false;
            }
        }
    }

    fn stored(&mut self, batch: &mut Batch, checkpoint: Sequence, reason: Reason, took: Duration) {
        self.failures = 0;
        self.shared.set_trouble(None);
        self.checkpoint = checkpoint;
        let (rows, entries) = (batch.rows(), batch.len() as u64);
        self.observe(Event::Committed { rows, entries, reason, took });
        self.answer(batch.take_clients(), &Answer::Stored);
    }

    fn poisoned(&self, batch: &mut Batch, why: &str) {
        tracing::warn!(lane = %self.id, reason = why, "the database refuses a request's content");
        self.answer(batch.take_clients(), &Answer::Poison(why.to_owned()));
    }

    fn hand_back(&self, clients: Vec<Client>) {
        let after = self.shared.options.retry_after;
        self.answer(
            clients,
            &Answer::Unavailable("the database is away; nothing was stored", after),
        );
    }

    fn answer(&self, clients: Vec<Client>, answer: &Answer) {
        for client in clients {
            let records = client.records;
            self.shared.left(self.index, records);
            // Counted first: whoever has the answer finds it in the accounting.
            self.shared.ended(records, answer.ending());
            client.answer(answer.clone());
        }
    }

    /// Ends the lane: whoever is still in the queue gets the request back.
    async fn refuse_queue(&mut self) {
        self.shared.set_phase(self.index, Phase::Out);
        self.queue.close();
        // Waits for who is just handing over; a mere look would miss them.
        while let Some(waiting) = self.queue.recv().await {
            self.hand_back(vec![waiting.client]);
        }
    }

    fn observe(&self, event: Event) {
        self.shared.observer.observe(event);
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        // Also after a panic: a lane that is gone must not count as ready.
        self.shared.set_phase(self.index, Phase::Out);
    }
}

/// Puts `sooner` before `parts`, in its order.
fn prepend(parts: &mut VecDeque<Batch>, sooner: Vec<Batch>) {
    for part in sooner.into_iter().rev() {
        parts.push_front(part);
    }
}

fn jitter() -> Jitter {
    Jitter(rand::random())
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("id", &self.id)
            .field("checkpoint", &self.checkpoint)
            .finish_non_exhaustive()
    }
}
