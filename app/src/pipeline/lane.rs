//! One writer: an ordered stream of entries into the sink.
//!
//! A lane gathers while other requests are being prepared, at most until its batch is full or old
//! enough, and commits. A failed batch is tried again a few times; then it is an outage: clients
//! get their requests back, and the lane knocks until the sink answers. After doubt, the claim
//! tells the truth.

use std::collections::VecDeque;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use observatory_domain::batch::{Decision as Closing, Pace, Reason};
use observatory_domain::ids::{LaneId, Sequence};
use observatory_domain::retry::ErrorClass;
use observatory_ports::causes;
use observatory_ports::driven::{Claim, Event, RecordSink, SinkError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::shared::{Phase, Shared};
use super::waiting::{Answer, Client, Waiting};

/// A writer and its queue.
pub(super) struct Lane {
    pub(super) index: usize,
    pub(super) id: LaneId,
    pub(super) queue: mpsc::Receiver<Waiting>,
    pub(super) sink: Arc<dyn RecordSink>,
    pub(super) shared: Arc<Shared>,
    /// What the sink has of this lane, as far as we know.
    pub(super) checkpoint: Sequence,
    pub(super) claim: Option<Claim>,
    /// Failed attempts in a row.
    pub(super) failures: u32,
    pub(super) pace: Pace,
}

/// How an attempt ended: the batch is settled, or tried again.
pub(super) type Flow = ControlFlow<Settled>;

/// What is settled of a batch.
pub(super) enum Settled {
    /// Every client of it has an answer, or gets it back.
    Done,
    /// Something in it is refused, for this reason: its requests go on one by one.
    Isolate(String),
    /// Clients gave up on it: what is left goes on in smaller parts.
    Halve,
    /// The database is out.
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
        let pace = Pace::default();
        Self { index, id, queue, sink, shared, checkpoint, claim: None, failures: 0, pace }
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
        let policy = self.pace.slow_down(self.shared.options.batch);
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
            let settled = self.settle(&mut part, reason).await;
            let half = part.len().div_ceil(2);
            match settled {
                Settled::Done => {}
                Settled::Isolate(why) if part.len() == 1 => self.poisoned(&mut part, &why),
                Settled::Isolate(_) => prepend(&mut parts, part.split(1)),
                Settled::Halve => prepend(&mut parts, part.split(half)),
                Settled::HandBack => {
                    let rest = parts.drain(..).flat_map(|mut it| it.take_clients());
                    self.hand_back(part.take_clients().into_iter().chain(rest).collect());
                }
            }
        }
    }

    /// Tries until `batch` is stored, refused or to be handed back.
    async fn settle(&mut self, batch: &mut Batch, reason: Reason) -> Settled {
        loop {
            self.hand_back(batch.take_withdrawn());
            if batch.is_empty() {
                return Settled::Done;
            }
            if let Flow::Break(settled) = self.attempt(batch, reason).await {
                return settled;
            }
        }
    }

    async fn attempt(&mut self, batch: &mut Batch, reason: Reason) -> Flow {
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
                Flow::Break(Settled::Done)
            }
            Err(SinkError::Withdrawn) => {
                self.claim = Some(claim);
                self.given_up(batch, started.elapsed())
            }
            Err(SinkError::Poison { reason }) => {
                self.claim = Some(claim);
                self.observe(Event::CommitFailed { class: ErrorClass::Poison });
                Flow::Break(Settled::Isolate(reason))
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

    pub(super) fn stored(
        &mut self,
        batch: &mut Batch,
        checkpoint: Sequence,
        reason: Reason,
        took: Duration,
    ) {
        self.failures = 0;
        self.shared.set_trouble(None);
        self.checkpoint = checkpoint;
        let (rows, entries) = (batch.rows(), batch.len() as u64);
        self.pace.stored(rows, &self.shared.options.batch);
        self.observe(Event::Committed { rows, entries, reason, took });
        self.answer(batch.take_clients(), &Answer::Stored);
    }

    fn poisoned(&self, batch: &mut Batch, why: &str) {
        tracing::warn!(lane = %self.id, reason = why, "the database refuses a request's content");
        self.answer(batch.take_clients(), &Answer::Poison(why.to_owned()));
    }

    pub(super) fn hand_back(&self, clients: Vec<Client>) {
        self.answer(clients, &Answer::Unavailable(self.shared.options.retry_after));
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

    pub(super) fn observe(&self, event: Event) {
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

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("id", &self.id)
            .field("checkpoint", &self.checkpoint)
            .finish_non_exhaustive()
    }
}
