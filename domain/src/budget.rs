//! The memory that requests may hold: their bytes and the rows prepared from them.
//!
//! Who finds the budget spent is refused at once with retry advice. One request at a time may go
//! beyond it, else a request larger than the budget could never pass: the bound is the budget plus
//! one maximal request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A shared budget in bytes.
#[derive(Clone, Debug)]
pub struct MemoryBudget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bytes_max: u64,
    bytes_used: AtomicU64,
    /// Whether some request holds the permission to go beyond the budget.
    overdrawn: AtomicBool,
}

/// The budget is spent: answer with retry advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the memory for requests in flight is spent")]
pub struct BudgetSpent;

/// What one request holds; given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    shared: Arc<Shared>,
    bytes: u64,
    overdraws: bool,
}

impl MemoryBudget {
    /// A budget of `bytes_max`.
    #[must_use]
    pub fn new(bytes_max: u64) -> Self {
        let shared =
            Shared { bytes_max, bytes_used: AtomicU64::new(0), overdrawn: AtomicBool::new(false) };
        Self(Arc::new(shared))
    }

    /// An empty reservation, to grow as bytes arrive.
    #[must_use]
    pub fn open(&self) -> Reservation {
        Reservation { shared: Arc::clone(&self.0), bytes: 0, overdraws: false }
    }

    /// Bytes reserved now.
    #[must_use]
    pub fn bytes_used(&self) -> u64 {
        self.0.bytes_used.load(Ordering::Relaxed)
    }

    /// The bound.
    #[must_use]
    pub fn bytes_max(&self) -> u64 {
        self.0.bytes_max
    }
}

impl Reservation {
    /// Adds `bytes` to what this request holds.
    ///
    /// # Errors
    /// When that goes beyond the budget and another request is beyond it already. What was held
    /// before stays held.
    pub fn grow(&mut self, bytes: u64) -> Result<(), BudgetSpent> {
        let before = self.shared.bytes_used.fetch_add(bytes, Ordering::AcqRel);
        let fits = before.saturating_add(bytes) <= self.shared.bytes_max;
        if fits || self.overdraws || !self.shared.overdrawn.swap(true, Ordering::AcqRel) {
            self.overdraws |= !fits;
            self.bytes += bytes;
            return Ok(());
        }
        self.shared.bytes_used.fetch_sub(bytes, Ordering::AcqRel);
        Err(BudgetSpent)
    }

    /// Bytes held.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shared.bytes_used.fetch_sub(self.bytes, Ordering::AcqRel);
        if self.overdraws {
            self.shared.overdrawn.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_at_a_time_may_go_beyond_the_budget() {
        let budget = MemoryBudget::new(100);
        let (mut large, mut second) = (budget.open(), budget.open());
        assert_eq!(large.grow(500), Ok(()));
        assert_eq!(large.grow(500), Ok(()));
        assert_eq!(second.grow(1), Err(BudgetSpent));
        assert_eq!(budget.bytes_used(), 1000);
        drop(large);
        assert_eq!(second.grow(100), Ok(()));
        assert_eq!(second.grow(1), Ok(()));
        drop(second);
        assert_eq!(budget.bytes_used(), 0);
    }

    #[test]
    fn whoever_fits_is_not_stopped_by_an_overdraft_that_ended() {
        let budget = MemoryBudget::new(100);
        let mut first = budget.open();
        assert_eq!(first.grow(101), Ok(()));
        drop(first);
        let (mut a, mut b) = (budget.open(), budget.open());
        assert_eq!(a.grow(60), Ok(()));
        assert_eq!(b.grow(60), Ok(()));
        assert_eq!(a.grow(1), Err(BudgetSpent));
    }
}
