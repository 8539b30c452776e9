//! Requests for benchmarks, from fixed seeds (design: workloads S and L).
//!
//! A request is built once as a template; for each sending its ids and times are written into the
//! encoded bytes in place, so that no two requests are alike and the generator costs next to nothing.

mod spans;
mod template;

pub use template::Template;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// 512 spans of about 650 bytes.
    S,
    /// 64 spans of about 6.5 KB, with messages.
    L,
}

impl Workload {
    /// Spans of a request.
    #[must_use]
    pub const fn spans(self) -> usize {
        match self {
            Self::S => 512,
            Self::L => 64,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::L => "L",
        }
    }
}
