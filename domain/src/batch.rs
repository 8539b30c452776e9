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
