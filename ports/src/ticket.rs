//! The agreement between a waiting client and the batch that its request is in.
//!
//! Until it is *sealed*, the client's side may withdraw (its deadline came) and then the request is
//! not stored. Once sealed, only COMMIT decides. So an error answer and a stored record exclude
//! each other, except when the outcome of a COMMIT is unknown.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const OPEN: u8 = 0;
const SEALED: u8 = 1;
const WITHDRAWN: u8 = 2;

/// One request's ticket; both sides hold a clone.
#[derive(Clone, Debug, Default)]
pub struct Ticket(Arc<AtomicU8>);

impl Ticket {
    /// The client's side steps back. Returns whether it could: after that the request is not
    /// stored. Repeating it is harmless.
    #[must_use]
    pub fn withdraw(&self) -> bool {
        self.move_to(WITHDRAWN)
    }

    /// The sink is about to make the request durable. Returns whether it may. Repeating it is
    /// harmless: a batch that is tried again seals again.
    #[must_use]
    pub fn seal(&self) -> bool {
        self.move_to(SEALED)
    }

    /// The batch was rolled back for certain: the client may withdraw again.
    pub fn reopen(&self) {
        // Fails when it was withdrawn or never sealed: then it stays as it is.
        let swapped = self.0.compare_exchange(SEALED, OPEN, Ordering::AcqRel, Ordering::Acquire);
        debug_assert!(swapped.is_ok() || self.0.load(Ordering::Acquire) != SEALED);
    }

    /// Whether the client has stepped back.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.0.load(Ordering::Acquire) == WITHDRAWN
    }

    fn move_to(&self, state: u8) -> bool {
        match self.0.compare_exchange(OPEN, state, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(found) => found == state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_first_decides() {
        let (first, second) = (Ticket::default(), Ticket::default());
        assert!(first.seal() && !first.withdraw() && first.seal());
        assert!(second.withdraw() && !second.seal() && second.is_withdrawn());
        first.reopen();
        assert!(first.withdraw());
        second.reopen();
        assert!(second.is_withdrawn());
    }
}
