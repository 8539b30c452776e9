//! When a lane closes its batch.

use std::time::{Duration, Instant};

/// The bounds of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchPolicy {
    /// Rows after which a batch closes. A target: a batch ends at an entry's boundary.
    pub rows_target: u64,
    /// Prepared bytes after which a batch closes, so that large rows don't make huge transactions.
    pub bytes_target: u64,
    /// How long the oldest entry may wait for others.
    pub age_max: Duration,
}

/// What a lane has gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBatch {
    /// Rows gathered.
    pub rows: u64,
    /// Prepared bytes gathered.
    pub bytes: u64,
    /// When the oldest entry arrived.
    pub oldest: Instant,
    /// Whether more is known to be coming.
    pub outlook: Outlook,
}

/// Whether it is worth to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Other requests have been received and are being prepared.
    MoreOnTheWay,
    /// Nothing else is under way: whoever waits, waits for nothing.
    Quiet,
}

/// What to do with an open batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Keep gathering, at most until then.
    Hold {
        /// When the batch closes by age.
        until: Instant,
    },
    /// Commit it now.
    Close(Reason),
}

/// Why a batch closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The target of rows is reached.
    Rows,
    /// The target of bytes is reached.
    Bytes,
    /// The oldest entry has waited long enough.
    Age,
    /// Nothing else is on its way.
    Quiet,
}

impl BatchPolicy {
    /// Decides over `batch` at `now`.
    #[must_use]
    pub fn decide(&self, batch: &OpenBatch, now: Instant) -> Decision {
        if batch.rows >= self.rows_target {
            return Decision::Close(Reason::Rows);
        }
        if batch.bytes >= self.bytes_target {
            return Decision::Close(Reason::Bytes);
        }
        if batch.outlook == Outlook::Quiet {
            return Decision::Close(Reason::Quiet);
        }
        match batch.oldest.checked_add(self.age_max) {
            Some(until) if now < until => Decision::Hold { until },
            _ => Decision::Close(Reason::Age),
        }
    }
}

/// A copy that takes less may be repeated as it is, once: whoever stays probably has that time.
const SLOW: Duration = Duration::from_secs(1);

/// How much a lane dares to put into a batch. Where clients give up before a slow database has taken
/// their batch, the same again would take as long again, the next clients would give up, and it would
/// copy for ever and store nothing. So the next ones have half as many rows, and each that is as large
/// as it may be, and is stored, doubles them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    rows_max: Option<u64>,
    hung_up: bool,
}

/// What becomes of the rest of a batch that clients gave up on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It is copied again as it is: somebody just hung up.
    Whole,
    /// It goes on in two parts.
    Halved,
}

impl Pace {
    /// Whether a copy that took so long is the database's fault, where clients gave up on it: quick
    /// ones just meet clients that end.
    #[must_use]
    pub const fn is_slow(took: Duration) -> bool {
        took.as_nanos() >= SLOW.as_nanos()
    }

    /// Clients gave up on a batch of `rows` whose copy took so long.
    pub fn given_up(&mut self, rows: u64, took: Duration) -> Rest {
        if !Self::is_slow(took) && !self.hung_up {
            self.hung_up = true;
            return Rest::Whole;
        }
        // A request may be larger than what its lane dares: that is no reason to dare more.
        let half = self.rows_max.map_or(rows / 2, |it| it.min(rows / 2));
        self.rows_max = Some(half.max(1));
        Rest::Halved
    }

    /// A batch of `rows` was stored. A small one says nothing of larger ones.
    pub fn stored(&mut self, rows: u64, policy: &BatchPolicy) {
        self.hung_up = false;
        if let Some(rows_max) = self.rows_max.filter(|it| rows >= *it) {
            let doubled = rows_max.saturating_mul(2);
            self.rows_max = (doubled < policy.rows_target).then_some(doubled);
        }
    }

    /// `policy`, at this pace.
    #[must_use]
    pub fn slow_down(&self, policy: BatchPolicy) -> BatchPolicy {
        let rows_max = self.rows_max.unwrap_or(u64::MAX);
        BatchPolicy { rows_target: policy.rows_target.min(rows_max), ..policy }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy() -> BatchPolicy {
        BatchPolicy { rows_target: 100, bytes_target: 1000, age_max: Duration::from_millis(50) }
    }

    proptest! {
        #[test]
        fn a_batch_is_held_only_below_every_bound_and_never_past_its_age(
            rows in 0_u64..200, bytes in 0_u64..2000, waited in 0_u64..100, quiet: bool,
        ) {
            let oldest = Instant::now();
            let now = oldest + Duration::from_millis(waited);
            let outlook = if quiet { Outlook::Quiet } else { Outlook::MoreOnTheWay };
            let batch = OpenBatch { rows, bytes, oldest, outlook };
            let open = rows < 100 && bytes < 1000 && waited < 50 && !quiet;
            match policy().decide(&batch, now) {
                Decision::Hold { until } => {
                    prop_assert!(open);
                    prop_assert_eq!(until, oldest + Duration::from_millis(50));
                }
                Decision::Close(_) => prop_assert!(!open),
            }
        }
    }

    #[test]
    fn batches_get_smaller_while_clients_give_up_and_larger_when_they_are_stored() {
        let mut pace = Pace::default();
        let rows = |pace: Pace| pace.slow_down(policy()).rows_target;
        assert_eq!(
            (pace.given_up(60, SLOW / 2), rows(pace)),
            (Rest::Whole, 100),
            "one may hang up"
        );
        assert_eq!((pace.given_up(60, SLOW / 2), rows(pace)), (Rest::Halved, 30));
        assert_eq!((pace.given_up(30, SLOW), rows(pace)), (Rest::Halved, 15));
        pace.stored(14, &policy());
        assert_eq!(rows(pace), 15, "a small one says nothing");
        pace.stored(15, &policy());
        assert_eq!((pace.given_up(30, SLOW / 2), rows(pace)), (Rest::Whole, 30));
        assert_eq!((pace.given_up(1000, SLOW), rows(pace)), (Rest::Halved, 30), "never faster");
        assert_eq!((pace.given_up(1, SLOW), rows(pace)), (Rest::Halved, 1));
        for times in 0..7 {
            pace.stored(1 << times, &policy());
        }
        assert_eq!(pace, Pace::default());
    }

    #[test]
    fn the_reason_names_the_first_bound_that_was_reached() {
        let now = Instant::now();
        let batch = OpenBatch { rows: 100, bytes: 1000, oldest: now, outlook: Outlook::Quiet };
        let reason = |batch| policy().decide(&batch, now + Duration::from_secs(1));
        assert_eq!(reason(batch), Decision::Close(Reason::Rows));
        assert_eq!(reason(OpenBatch { rows: 1, ..batch }), Decision::Close(Reason::Bytes));
        let light = OpenBatch { rows: 1, bytes: 1, ..batch };
        assert_eq!(reason(light), Decision::Close(Reason::Quiet));
        let hopeful = OpenBatch { outlook: Outlook::MoreOnTheWay, ..light };
        assert_eq!(reason(hopeful), Decision::Close(Reason::Age));
    }
}
