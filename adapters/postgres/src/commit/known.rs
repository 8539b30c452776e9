//! What the database is known to have: resources, scopes and series that were sent, and touched today,
//! are not sent again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use observatory_domain::ids::ProjectId;

use super::series::Missing;
use crate::prepare::{DimensionKind, DimensionRow};

/// Rows remembered at the most, about 24 MiB; beyond it everything is forgotten and sent again.
const KNOWN_MAX: usize = 400_000;

/// Which table a key is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Of {
    Dimension(DimensionKind),
    Series,
}

type Key = (Of, ProjectId, u128);

/// The rows that the database is known to have, with the day of their last touch.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<Key, u64>>);

impl Known {
    /// The rows of `offered` that must be sent on `day`, each once, in the order of their keys.
    pub(super) fn missing<'r>(
        &self,
        offered: impl Iterator<Item = &'r DimensionRow>,
        day: u64,
    ) -> Vec<&'r DimensionRow> {
        let known = self.lock();
        let is_missing = |row: &&DimensionRow| known.get(&key(row)).is_none_or(|it| *it < day);
        let mut missing: Vec<_> = offered.filter(is_missing).collect();
        drop(known);
        missing.sort_unstable_by_key(|row| key(row));
        missing.dedup_by_key(|row| key(row));
        missing
    }

    /// Those of `offered` whose rows must be sent on `day`.
    pub(super) fn missing_series(
        &self,
        project: ProjectId,
        offered: &HashSet<u128>,
        day: u64,
    ) -> impl Iterator<Item = u128> {
        let known = self.lock();
        offered.iter().copied().filter(move |series| {
            known.get(&(Of::Series, project, *series)).is_none_or(|seen| *seen < day)
        })
    }

    /// Remembers rows; called after their COMMIT alone.
    pub(super) fn learn(&self, dimensions: &[&DimensionRow], series: &[Missing], day: u64) {
        let mut known = self.lock();
        if known.len() + dimensions.len() + series.len() > KNOWN_MAX {
            known.clear();
        }
        known.extend(dimensions.iter().map(|row| (key(row), day)));
        known.extend(series.iter().map(|row| ((Of::Series, row.project, row.key), day)));
    }

    /// Forgets everything: after a reconnect the database may be another.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(row: &DimensionRow) -> Key {
    (Of::Dimension(row.kind), row.project, row.key)
}
