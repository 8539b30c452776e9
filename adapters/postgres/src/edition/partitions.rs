//! Native partitions exist before their first row: COPY into a missing one fails.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::connect::Connections;
use crate::error::{Failure, within};
use crate::prepare::{PreparedRows, Table};

const ENSURE: &str = "SELECT observatory_ensure_partitions($2::text::regclass, \
    DATE '1970-01-01' + $1::integer, DATE '1970-01-01' + $1::integer)";
/// Days remembered at the most; intake admits about a month of them for each table.
const DAYS_MAX: usize = 3000;
const MICROS_A_DAY: u64 = 86_400_000_000;

/// A table's day in UTC since 1970.
type Day = (Table, u64);

/// The days whose partitions are known to be there, for all lanes; every claim forgets them. A
/// hypertable makes its own: asking costs one statement a day and claim.
#[derive(Debug)]
pub(crate) struct Partitions {
    connections: Connections,
    known: Mutex<BTreeSet<Day>>,
}

impl Partitions {
    pub(crate) fn new(connections: Connections) -> Self {
        Self { connections, known: Mutex::default() }
    }

    /// Sees to the partitions of every row of `batch`, in a transaction of its own: it must not
    /// hold its lock for as long as a COPY lasts.
    pub(crate) async fn cover(
        &self,
        batch: &[&PreparedRows],
        deadline: Duration,
    ) -> Result<(), Failure> {
        let missing = self.missing(batch);
        if missing.is_empty() {
            return Ok(());
        }
        let session = self.connections.lane().await?;
        let connection = session.connection()?;
        for (table, day) in &missing {
            // Intake bounds a record's time, far below 2^31 days.
            let day = i32::try_from(*day).unwrap_or(i32::MAX);
            within(deadline, connection.execute(ENSURE, &[&day, &table.name()])).await?;
        }
        session.give_back();
        self.learn(missing);
        Ok(())
    }

    /// Forgets all days: somebody dropped a partition.
    pub(crate) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn missing(&self, batch: &[&PreparedRows]) -> BTreeSet<Day> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing = BTreeSet::new();
        let mut last = None;
        for prepared in batch {
            for row in &prepared.index {
                let day = (prepared.table, row.micros / MICROS_A_DAY);
                if last != Some(day) && !known.contains(&day) {
                    missing.insert(day);
                }
                last = Some(day);
            }
        }
        missing
    }

    fn learn(&self, days: BTreeSet<Day>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + days.len() > DAYS_MAX {
            known.clear();
        }
        known.extend(days);
    }
}
