//! Requests for benchmarks, from fixed seeds (design: workloads S, L, M and G).
//!
//! A request is built once as a template; for each sending its ids and times are written into the
//! encoded bytes in place, so that no two requests are alike and the generator costs next to nothing.

mod logs;
mod parts;
mod points;
mod spans;
mod template;

use observatory_ports::Signal;

pub use template::Template;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// 512 spans of about 650 bytes.
    S,
    /// 64 spans of about 6.5 KB, with messages.
    L,
    /// 512 data points of about 280 bytes: histograms, sums and gauges of as many series.
    M,
    /// 512 log records of about 400 bytes.
    G,
}

impl Workload {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::S, Self::L, Self::M, Self::G];

    /// Records of a request.
    #[must_use]
    pub const fn records(self) -> usize {
        match self {
            Self::S | Self::M | Self::G => 512,
            Self::L => 64,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::L => "L",
            Self::M => "M",
            Self::G => "G",
        }
    }

    /// Its signal.
    #[must_use]
    pub const fn signal(self) -> Signal {
        match self {
            Self::S | Self::L => Signal::Traces,
            Self::M => Signal::Metrics,
            Self::G => Signal::Logs,
        }
    }

    /// The table that its records go to.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self.signal() {
            Signal::Traces => "spans",
            Signal::Metrics => "metric_points",
            Signal::Logs => "log_records",
        }
    }
}
