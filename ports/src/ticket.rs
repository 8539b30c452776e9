//! The agreement between a waiting client and the batch that its request is in.
//!
//! Until it is *sealed*, the client's side may withdraw (its deadline came) and then the request is
//! not stored. Once sealed, only COMMIT decides; who steps back then *leaves*: if the batch turns out
//! to be rolled back, it is not tried again with this request, whose client may be sending it anew.
//! So an error answer and a stored record exclude each other, except when the outcome of a COMMIT
//! is unknown.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const OPEN: u8 = 0;
const SEALED: u8 = 1;
const WITHDRAWN: u8 = 2;
/// Sealed, and the client has gone since.
const LEAVING: u8 = 3;

/// One request's ticket; both sides hold a clone.
#[derive(Clone, Debug, Default)]
pub struct Ticket(Arc<AtomicU8>);

impl Ticket {
    /// The client's side steps back. Returns whether it could: after that the request is not
    /// stored. Where it could not, only the COMMIT under way may still store it. Repeating it is
    /// harmless.
    #[must_use]
    pub fn withdraw(&self) -> bool {
        let found = self.change(|state| match state {
            OPEN => WITHDRAWN,
            SEALED => LEAVING,
            other => other,
        });
        matches!(found, OPEN | WITHDRAWN)
    }

    /// The sink is about to make the request durable. Returns whether it may. Repeating it is
    /// harmless: a batch that is tried again seals again.
    #[must_use]
    pub fn seal(&self) -> bool {
        let found = self.change(|state| if state == OPEN { SEALED } else { state });
        found != WITHDRAWN
    }

    /// The batch was rolled back for certain: the client may withdraw again, and who has left has
    /// withdrawn.
    pub fn reopen(&self) {
        self.change(|state| match state {
            SEALED => OPEN,
            LEAVING => WITHDRAWN,
            other => other,
        });
    }

    /// Whether the client has stepped back.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.0.load(Ordering::Acquire) == WITHDRAWN
    }

    /// Changes the state at once; returns what it was.
    fn change(&self, next: impl Fn(u8) -> u8) -> u8 {
        let mut found = self.0.load(Ordering::Acquire);
        while let Err(other) =
            self.0.compare_exchange_weak(found, next(found), Ordering::AcqRel, Ordering::Acquire)
        {
            found = other;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_first_decides() {
        let (first, second) = (Ticket::default(), Ticket::default());
        assert!(first.seal() && first.seal() && !first.is_withdrawn());
        assert!(second.withdraw() && !second.seal() && second.is_withdrawn());
        first.reopen();
        assert!(first.withdraw() && first.withdraw());
        second.reopen();
        assert!(second.is_withdrawn());
    }

    #[test]
    fn who_left_while_sealed_has_withdrawn_once_the_batch_is_rolled_back() {
        let ticket = Ticket::default();
        assert!(ticket.seal() && !ticket.withdraw() && !ticket.withdraw());
        assert!(!ticket.is_withdrawn(), "COMMIT decides");
        ticket.reopen();
        assert!(ticket.is_withdrawn() && !ticket.seal());
    }
}
