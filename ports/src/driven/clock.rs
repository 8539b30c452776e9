//! The time of day.

use observatory_domain::time::UnixNanos;

/// Tells what time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> UnixNanos;
}
