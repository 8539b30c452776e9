//! Every metric in one table: the code that counts, the page that shows and `docs/METRICS.md` all
//! read it, so that none of them can know another name than the others.
//!
//! Names are written exactly as Prometheus sees them, with unit and `_total`: dashboards are found
//! by searching for a name. A metric whose labels have a closed set of values is shown with 0 for
//! each of them from the start, so that a first error is an increase and not a new series.

mod labels;
mod markdown;
mod metrics;

use observatory_ports::driven::Gauge;

pub use labels::{Label, Values, reason};
pub use markdown::markdown;
pub use metrics::*;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// The name, exactly as exposed (histograms add `_bucket`, `_sum` and `_count` to it).
    pub name: &'static str,
    /// The Prometheus type.
    pub kind: Kind,
    /// In UCUM, as OpenTelemetry wants it: `s`, `By`, `{row}`.
    pub unit: &'static str,
    /// What it says; also the `# HELP` line.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [Label],
    /// What moves it.
    pub origin: Origin,
}

/// Prometheus types.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only rises.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets.
    Histogram {
        /// Upper bounds of the buckets, rising; `+Inf` comes on top.
        bounds: &'static [f64],
    },
}

impl Kind {
    /// The name in a `# TYPE` line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram { .. } => "histogram",
        }
    }
}

/// What moves a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An event of this name.
    Event(&'static str),
    /// A gauge, read at each scrape.
    Gauge(Gauge),
    /// Told once, at the start.
    Start,
}

impl Metric {
    /// Every combination of the known values of its labels, each in the labels' order.
    pub(crate) fn series(&self) -> Vec<Vec<(&'static str, &'static str)>> {
        self.labels.iter().fold(vec![Vec::new()], |series, label| {
            let longer = |one: &Vec<_>| {
                let values = label.values.known().iter();
                values.map(|value| [one.as_slice(), &[(label.name, *value)]].concat()).collect()
            };
            series.iter().flat_map(|one| -> Vec<_> { longer(one) }).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_speak_prometheus() {
        let mut seen = HashSet::new();
        for metric in ALL {
            let Metric { name, kind, unit, help, .. } = metric;
            assert!(seen.insert(name), "{name} is there twice");
            let clean = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(clean, "{name}");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            let seconds = name.ends_with("_seconds") || name.ends_with("_seconds_total");
            assert_eq!(seconds, *unit == "s", "{name} in {unit}");
            assert!(help.ends_with('.') && !help.contains('\n'), "{name}: {help}");
        }
    }

    #[test]
    fn every_gauge_of_the_ports_has_exactly_one_metric() {
        for gauge in Gauge::ALL {
            let count = ALL.iter().filter(|it| it.origin == Origin::Gauge(gauge)).count();
            assert_eq!(count, 1, "{gauge:?}: add it to catalog/metrics.rs");
        }
    }

    #[test]
    fn buckets_rise() {
        for metric in ALL {
            if let Kind::Histogram { bounds } = metric.kind {
                assert!(bounds.is_sorted_by(|a, b| a < b) && bounds.len() < 16, "{}", metric.name);
            }
        }
    }
}
