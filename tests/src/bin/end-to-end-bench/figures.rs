//! Figures, and how they are told.

use std::time::Duration;

use observatory_tests::workload::Workload;

/// One round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub(crate) rows: u64,
    pub(crate) wall: Duration,
    pub(crate) database_cpu: Duration,
    pub(crate) service_cpu: Duration,
    pub(crate) peak_memory: u64,
}

/// All rounds of a workload.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) ours: Vec<Round>,
    pub(crate) raw: Vec<Round>,
    /// Of another build.
    pub(crate) other: Vec<Round>,
}

/// What the columns are.
pub(crate) fn head() {
    println!(
        "{:<10} {:>16} {:>16} {:>7} {:>16} {:>18} {:>7} {:>9}",
        "workload",
        "raw db µs/row",
        "our db µs/row",
        "db cpu",
        "service µs/row",
        "our rows/s",
        "wall",
        "peak RSS"
    );
}

impl Figures {
    /// A line, and one of the other build.
    pub(crate) fn tell(&self, workload: Workload, requests: u64) {
        let name = format!("{} {}x{}", workload.name(), requests, workload.records());
        self.line(&name, &self.ours);
        if !self.other.is_empty() {
            self.line("  against", &self.other);
        }
    }

    fn line(&self, name: &str, ours: &[Round]) {
        let database = |it: &Round| micros(it.database_cpu, it);
        let rate = |it: &Round| 1e6 / micros(it.wall, it);
        let (raw, own) = (spread(&self.raw, database), spread(ours, database));
        let service = spread(ours, |it| micros(it.service_cpu, it));
        let (raw_rate, our_rate) = (spread(&self.raw, rate), spread(ours, rate));
        let peak = ours.iter().map(|it| it.peak_memory).max().unwrap_or_default();
        println!(
            "{:<10} {:>16} {:>16} {:>7.2} {:>16} {:>18} {:>7.2} {:>9}",
            name,
            raw.text(2),
            own.text(2),
            raw.median / own.median,
            service.text(2),
            our_rate.text(0),
            our_rate.median / raw_rate.median,
            format!("{} MiB", peak >> 20),
        );
    }
}

/// A median, and how far from it the others are at most.
struct Spread {
    median: f64,
    farthest: f64,
}

impl Spread {
    fn text(&self, digits: usize) -> String {
        format!("{:.digits$} ±{:.digits$}", self.median, self.farthest)
    }
}

fn spread(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> Spread {
    let mut figures: Vec<_> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    let median = figures[figures.len() / 2];
    let farthest = figures.iter().map(|it| (it - median).abs()).fold(0.0, f64::max);
    Spread { median, farthest }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn micros(time: Duration, round: &Round) -> f64 {
    time.as_secs_f64() * 1e6 / round.rows as f64
}
