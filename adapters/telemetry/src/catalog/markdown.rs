//! `docs/METRICS.md`.

use std::fmt::Write as _;

use super::{ALL, Kind, Metric, Origin, Values};

const HEAD: &str = "# Metrics

<!-- Generated from adapters/telemetry/src/catalog by `cargo xtask docs`: edit there. -->

`GET /metrics` on METRICS_PORT (9090), in the Prometheus text format 0.0.4. METRICS_ENABLED=false
switches counting and page off. Series of labels with known values are there with 0 from the start,
so that `increase()` sees the first event and an alert need not guard against absence.
";

/// The page, as it is committed.
#[must_use]
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    section(&mut page, "What happens", |it| matches!(it.origin, Origin::Event(_)));
    section(&mut page, "What is held, read at each scrape", |it| {
        matches!(it.origin, Origin::Gauge(_))
    });
    section(&mut page, "The process", |it| it.origin == Origin::Start);
    labels(&mut page);
    page.push_str("\n## Buckets\n\n| histogram | upper bounds |\n|---|---|\n");
    for metric in ALL {
        if let Kind::Histogram { bounds } = metric.kind {
            let bounds: Vec<_> = bounds.iter().map(ToString::to_string).collect();
            line(&mut page, &format!("| `{}` | {} |", metric.name, bounds.join(", ")));
        }
    }
    page
}

fn labels(page: &mut String) {
    page.push_str("\n## Labels\n\n| label | of | values | meaning |\n|---|---|---|---|\n");
    let mut told = Vec::new();
    for label in ALL.iter().flat_map(|metric| metric.labels) {
        if told.contains(label) {
            continue;
        }
        told.push(*label);
        let having = ALL.iter().filter(|it| it.labels.contains(label));
        let of: Vec<_> = having.map(|it| format!("`{}`", it.name)).collect();
        let known: Vec<_> = label.values.known().iter().map(|it| format!("`{it}`")).collect();
        let more = match label.values {
            Values::Closed(_) => "",
            Values::Open(_) => ", and others once they happen",
            Values::Own => "one",
        };
        let (of, known) = (of.join(", "), known.join(", "));
        line(page, &format!("| `{}` | {of} | {known}{more} | {} |", label.name, label.help));
    }
}

fn section(page: &mut String, title: &str, belongs: impl Fn(&Metric) -> bool) {
    line(page, &format!("\n## {title}\n"));
    page.push_str("| name | type | unit | labels | meaning | from |\n|---|---|---|---|---|---|\n");
    for metric in ALL.iter().filter(|it| belongs(it)) {
        let Metric { name, kind, unit, help, labels, origin } = metric;
        let labels: Vec<_> = labels.iter().map(|it| format!("`{}`", it.name)).collect();
        let from = match origin {
            Origin::Event(event) => format!("`Event::{event}`"),
            Origin::Gauge(gauge) => format!("`Gauge::{gauge:?}`"),
            Origin::Start => "start".to_owned(),
        };
        let (kind, labels) = (kind.name(), labels.join(", "));
        line(page, &format!("| `{name}` | {kind} | `{unit}` | {labels} | {help} | {from} |"));
    }
}

fn line(page: &mut String, text: &str) {
    // Writing to a String can't fail.
    let written = writeln!(page, "{text}");
    debug_assert!(written.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/METRICS.md");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == markdown(), "docs/METRICS.md is stale: run `cargo xtask docs`");
    }
}
