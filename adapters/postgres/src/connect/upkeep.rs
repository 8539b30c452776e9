//! What deadpool leaves to its user: keeping a minimum open, closing the idle and the old.

use std::time::Duration;

use deadpool_postgres::Timeouts;
use futures_util::future::join_all;
use observatory_ports::causes;
use tokio_util::sync::CancellationToken;

use super::pool::{ConnectError, Connections};
use super::session::Session;
use crate::error::{Failure, Phase};
use observatory_domain::retry::{ErrorClass, Jitter, RetryPolicy};

/// How often the pool is looked after, at the most.
const ROUND_MAX: Duration = Duration::from_secs(5);
/// Pauses between attempts to connect at the start.
const STARTUP: RetryPolicy = RetryPolicy {
    quick_retries: 0,
    delay: Duration::from_millis(100),
    delay_max: Duration::from_secs(2),
};

impl Connections {
    /// Waits until the database takes a connection, at most `patience`.
    ///
    /// # Errors
    /// At once when credentials or the database's name are wrong; else when time is up.
    pub async fn wait_until_up(&self, patience: Duration) -> Result<(), ConnectError> {
        let started = tokio::time::Instant::now();
        let mut failures = 0;
        loop {
            let Err(failure) = self.lane().await.map(Session::give_back) else { return Ok(()) };
            failures += 1;
            if failure.class(Phase::Control) == ErrorClass::Configuration {
                return Err(self.refused(&failure));
            }
            let left = patience.saturating_sub(started.elapsed());
            if left.is_zero() {
                let reason = causes(&failure);
                let address = self.address().to_owned();
                return Err(ConnectError::Unreachable { address, waited: patience, reason });
            }
            tracing::info!(
                address = self.address(),
                cause = causes(&failure),
                "waiting for the database"
            );
            let pause = STARTUP.delay_after(failures, Jitter(0.5));
            tokio::time::sleep(pause.min(left)).await;
        }
    }

    fn refused(&self, failure: &Failure) -> ConnectError {
        ConnectError::Refused { address: self.address().to_owned(), reason: causes(failure) }
    }

    /// Looks after the pool until `stop`: closes idle and old connections, opens the minimum.
    pub async fn look_after(&self, stop: CancellationToken) {
        let shortest = self.options.idle_max.min(self.options.lifetime_max);
        let round = ROUND_MAX.min(shortest / 2).max(Duration::from_millis(100));
        let mut ticks = tokio::time::interval(round);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.close_surplus();
            if stop.run_until_cancelled(self.open_minimum()).await.is_none() {
                return;
            }
        }
    }

    fn close_surplus(&self) {
        let min = self.options.min_size as usize;
        let mut size = self.lanes.status().size + self.sqlx.size() as usize;
        self.lanes.retain(|_, metrics| {
            let old = metrics.age() >= self.options.lifetime_max;
            let idle = metrics.last_used() >= self.options.idle_max && size > min;
            size -= usize::from(old || idle);
            !(old || idle)
        });
    }

    async fn open_minimum(&self) {
        let lanes = self.lanes.status();
        let (min, sqlx) = (self.options.min_size as usize, self.sqlx.size() as usize);
        let missing = min.saturating_sub(lanes.size + sqlx);
        let of_lanes = missing.min(lanes.max_size.saturating_sub(lanes.size));
        let of_sqlx = missing - of_lanes;
        // Held together with the idle ones, so that each is a new one; given back together.
        if of_lanes > 0 {
            // No waiting for a place: who waits here keeps from the lanes what it holds already.
            let timeouts = Timeouts { wait: Some(Duration::ZERO), ..self.lanes.timeouts() };
            let held = (0..lanes.available + of_lanes).map(|_| self.lanes.timeout_get(&timeouts));
            tell(&join_all(held).await);
        }
        if of_sqlx > 0 {
            let held = (0..self.sqlx.num_idle() + of_sqlx).map(|_| self.sqlx.acquire());
            tell(&join_all(held).await);
        }
    }
}

/// The lanes report an outage in full; here it only delays the minimum.
fn tell<T, E: std::error::Error + 'static>(opened: &[Result<T, E>]) {
    if let Some(error) = opened.iter().find_map(|it| it.as_ref().err()) {
        tracing::debug!(cause = causes(error), "the minimum of connections is not open yet");
    }
}
