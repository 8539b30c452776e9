//! The time of day, from the system.

use std::time::UNIX_EPOCH;

use observatory_domain::time::UnixNanos;
use observatory_ports::driven::Clock;

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock port's own implementation")]
    fn now(&self) -> UnixNanos {
        // A clock that stands before 1970 is broken: at 0 every record is too far in the future.
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixNanos(u64::try_from(since.as_nanos()).unwrap_or_default())
    }
}
