//! When to try again: decisions over a class of error, never over a driver's type.

use std::time::Duration;

/// What an error of the database means for the batch that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// It may work if tried again: connection, contention, resources, or unknown.
    Transient,
    /// The content of a row is refused.
    Poison,
    /// The schema is not ours.
    Schema,
    /// Credentials or the database's name are wrong.
    Configuration,
}

impl ErrorClass {
    /// The name in metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Poison => "poison",
            Self::Schema => "schema",
            Self::Configuration => "configuration",
        }
    }
}

/// Quick attempts first, then an outage with capped exponential back-off and full jitter on the
/// upper half (AWS Architecture Blog, "Exponential Backoff And Jitter": equal jitter).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many times a batch is tried again before its requests are handed back.
    pub quick_retries: u32,
    /// The delay before the first retry; doubles each time.
    pub delay: Duration,
    /// No delay is longer.
    pub delay_max: Duration,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try the same batch again after a pause.
    Retry {
        /// The pause.
        after: Duration,
    },
    /// The database is out: hand the requests back, and knock until it answers.
    Outage,
}

/// A random number in `0.0..1.0`, drawn by the caller.
#[derive(Clone, Copy, Debug)]
pub struct Jitter(pub f64);

impl RetryPolicy {
    /// Decides after `failures` (at least 1) failed attempts in a row, the last of `class`. Only what
    /// may pass by itself is tried again at once.
    #[must_use]
    pub fn decide(&self, class: ErrorClass, failures: u32, jitter: Jitter) -> Decision {
        if class == ErrorClass::Transient && failures <= self.quick_retries {
            Decision::Retry { after: self.delay_after(failures, jitter) }
        } else {
            Decision::Outage
        }
    }

    /// `delay × 2^(failures − 1)`, capped, of which the upper half is random.
    #[must_use]
    pub fn delay_after(&self, failures: u32, jitter: Jitter) -> Duration {
        let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
        let full = self.delay.saturating_mul(factor).min(self.delay_max);
        full.mul_f64(0.5 + 0.5 * jitter.0.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        quick_retries: 3,
        delay: Duration::from_millis(100),
        delay_max: Duration::from_secs(5),
    };

    proptest! {
        #[test]
        fn a_delay_is_never_longer_than_the_cap_nor_shorter_than_half_its_step(
            failures in 1_u32..200, jitter in 0.0_f64..1.0,
        ) {
            let delay = POLICY.delay_after(failures, Jitter(jitter));
            let step = POLICY.delay.saturating_mul(2_u32.saturating_pow(failures - 1));
            let step = step.min(POLICY.delay_max);
            prop_assert!(delay <= step && delay >= step / 2);
        }
    }

    #[test]
    fn the_quick_retries_come_first_and_then_it_is_an_outage() {
        let decide = |failures| POLICY.decide(ErrorClass::Transient, failures, Jitter(0.0));
        let ms = Duration::from_millis;
        assert_eq!(decide(1), Decision::Retry { after: ms(50) });
        assert_eq!(decide(3), Decision::Retry { after: ms(200) });
        assert_eq!(decide(4), Decision::Outage);
    }

    #[test]
    fn what_does_not_pass_by_itself_is_not_tried_again_at_once() {
        for class in [ErrorClass::Poison, ErrorClass::Schema, ErrorClass::Configuration] {
            assert_eq!(POLICY.decide(class, 1, Jitter(0.0)), Decision::Outage);
        }
    }
}
