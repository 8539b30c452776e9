//! A lane when something went wrong: doubt, outage, clients that gave up.

use std::time::Duration;

use observatory_domain::batch::{Pace, Reason, Rest};
use observatory_domain::ids::{LaneId, Sequence};
use observatory_domain::retry::{Decision, ErrorClass, Jitter};
use observatory_ports::causes;
use observatory_ports::driven::{Event, SinkError};
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::lane::{Flow, Lane, Settled};
use super::shared::Phase;

impl Lane {
    /// Asks the sink whether a batch in doubt was stored. Asks for as long as it takes: until then
    /// any answer could be a lie.
    pub(super) async fn find_out(
        &mut self,
        batch: &mut Batch,
        last: Sequence,
        reason: Reason,
        took: Duration,
    ) -> Flow {
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
                        return Flow::Break(Settled::Done);
                    }
                    batch.reopen();
                    self.compare(stands);
                    return Flow::Continue(());
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
    pub(super) fn compare(&mut self, stands: Sequence) {
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
    pub(super) fn ready(&self) {
        self.shared.set_phase(self.index, Phase::Ready);
    }

    /// Decides after clients gave up while their batch was copied.
    pub(super) fn given_up(&mut self, batch: &mut Batch, took: Duration) -> Flow {
        let rows = batch.rows();
        self.hand_back(batch.take_withdrawn());
        let left = batch.len();
        if Pace::is_slow(took) {
            self.observe(Event::CommitFailed { class: ErrorClass::Transient });
            let trouble =
                format!("the database is slow: clients gave up on a batch after {took:?}");
            tracing::warn!(lane = %self.id, left, trouble, "a batch has to be copied again");
            self.shared.set_trouble(Some(trouble));
        } else {
            tracing::debug!(lane = %self.id, left, ?took, "a client hung up on its batch");
        }
        match self.pace.given_up(rows, took) {
            Rest::Halved if left > 1 => Flow::Break(Settled::Halve),
            Rest::Halved | Rest::Whole => Flow::Continue(()),
        }
    }

    /// Decides after an attempt that stored nothing.
    pub(super) async fn failed(&mut self, error: SinkError) -> Flow {
        let class = match &error {
            SinkError::Rewound { to } => {
                self.compare(*to);
                return Flow::Continue(());
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
                Flow::Continue(())
            }
            Decision::Outage => Flow::Break(Settled::HandBack),
        }
    }

    /// Claims the lane, however long that takes, and meanwhile hands every request back. False
    /// when `drain` came first.
    pub(super) async fn knock(&mut self, drain: &CancellationToken) -> bool {
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
}

fn jitter() -> Jitter {
    Jitter(rand::random())
}
