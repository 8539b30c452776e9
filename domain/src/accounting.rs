//! Where every received record went.

/// Counts of records since the process started. They obey
/// `received = stored + refused + poisoned + returned + in_flight` at every moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Records of requests that could be parsed.
    pub received: u64,
    /// Committed to the database.
    pub stored: u64,
    /// Kept out by policy, and told so.
    pub refused: u64,
    /// Refused by the database itself, and told so.
    pub poisoned: u64,
    /// Handed back to the client with retry advice; not stored, unless a COMMIT was in doubt.
    pub returned: u64,
    /// On their way.
    pub in_flight: u64,
}

/// How a request's records ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Committed.
    Stored,
    /// The database refuses their content.
    Poisoned,
    /// Handed back to the client.
    Returned,
}

impl Accounting {
    /// A request came in with `accepted` records to store and `refused` ones.
    pub fn receive(&mut self, accepted: u64, refused: u64) {
        self.received += accepted + refused;
        self.refused += refused;
        self.in_flight += accepted;
    }

    /// `records` of a request ended.
    pub fn end(&mut self, records: u64, ending: Ending) {
        debug_assert!(records <= self.in_flight, "more records ended than were in flight");
        self.in_flight -= records;
        match ending {
            Ending::Stored => self.stored += records,
            Ending::Poisoned => self.poisoned += records,
            Ending::Returned => self.returned += records,
        }
    }

    /// Whether the identity holds.
    #[must_use]
    pub const fn is_balanced(&self) -> bool {
        self.received == self.stored + self.refused + self.poisoned + self.returned + self.in_flight
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_identity_holds_after_every_step(
            requests in prop::collection::vec((0_u64..1000, 0_u64..10, 0_u8..3), 0..50),
        ) {
            let mut accounting = Accounting::default();
            for (accepted, refused, ending) in requests {
                accounting.receive(accepted, refused);
                prop_assert!(accounting.is_balanced());
                let ending = [Ending::Stored, Ending::Poisoned, Ending::Returned][usize::from(ending)];
                accounting.end(accepted / 2, ending);
                prop_assert!(accounting.is_balanced());
            }
        }
    }
}
