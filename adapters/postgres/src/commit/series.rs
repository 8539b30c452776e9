//! New series go in with the batch that names them first, in the order of their keys, a slice at a
//! time: their rows are made from the requests when their turn comes, for what a batch holds beside its
//! admitted bytes must have a bound.

use std::collections::HashSet;
use std::time::Duration;

use deadpool_postgres::Object;
use observatory_domain::ids::ProjectId;
use observatory_ports::driven::{Entry, RecordCodec};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::known::Known;
use crate::error::{Failure, within};
use crate::prepare::{PreparedRows, SeriesRow, series_rows};

const INSERT_SERIES: &str = include_str!("../sql/insert_series.sql");

/// Rows made and sent at once: some 8 MiB.
const SLICE_ROWS: usize = 20_000;

/// A series that the database may not have, and the entry that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missing {
    pub(super) project: ProjectId,
    pub(super) key: u128,
    entry: usize,
}

/// The series of a batch that must be sent on `day`, each once, in the order of their keys.
pub(super) fn missing(
    known: &Known,
    entries: &[Entry],
    batch: &[&PreparedRows],
    day: u64,
) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (index, (entry, prepared)) in entries.iter().zip(batch).enumerate() {
        let project = entry.request.project;
        let keys = known.missing_series(project, &prepared.series, day);
        missing.extend(keys.map(|key| Missing { project, key, entry: index }));
    }
    missing.sort_unstable();
    missing.dedup_by_key(|it| (it.project, it.key));
    missing
}

/// Inserts the rows of `missing`.
pub(super) async fn insert(
    connection: &Object,
    codec: &dyn RecordCodec,
    entries: &[Entry],
    missing: &[Missing],
    deadline: Duration,
) -> Result<(), Failure> {
    for slice in missing.chunks(SLICE_ROWS) {
        insert_rows(connection, &rows(codec, entries, slice), deadline).await?;
    }
    Ok(())
}

/// The rows of one slice, made from the requests that name them.
fn rows(codec: &dyn RecordCodec, entries: &[Entry], slice: &[Missing]) -> Vec<SeriesRow> {
    let mut by_entry: Vec<HashSet<u128>> = vec![HashSet::new(); entries.len()];
    for missing in slice {
        if let Some(keys) = by_entry.get_mut(missing.entry) {
            keys.insert(missing.key);
        }
    }
    let named = entries.iter().zip(by_entry).filter(|(_, keys)| !keys.is_empty());
    let mut rows: Vec<_> =
        named.flat_map(|(entry, keys)| series_rows(codec, &entry.request, keys)).collect();
    rows.sort_unstable_by_key(|row| (row.project, row.key));
    rows
}

async fn insert_rows(
    connection: &Object,
    rows: &[SeriesRow],
    deadline: Duration,
) -> Result<(), Failure> {
    let statement = within(deadline, connection.prepare_cached(INSERT_SERIES)).await?;
    let projects: Vec<_> = rows.iter().map(|row| row.project.0).collect();
    let keys: Vec<_> = rows.iter().map(|row| Uuid::from_u128(row.key)).collect();
    let resources: Vec<_> = rows.iter().map(|row| Uuid::from_u128(row.resource)).collect();
    let scopes: Vec<_> = rows.iter().map(|row| Uuid::from_u128(row.scope)).collect();
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    let descriptions: Vec<_> = rows.iter().map(|row| row.description.as_deref()).collect();
    let units: Vec<_> = rows.iter().map(|row| row.unit.as_deref()).collect();
    let kinds: Vec<_> = rows.iter().map(|row| row.kind).collect();
    let temporalities: Vec<_> = rows.iter().map(|row| row.temporality).collect();
    let monotonic: Vec<_> = rows.iter().map(|row| row.is_monotonic).collect();
    let bounds: Vec<_> = rows.iter().map(|row| row.explicit_bounds.as_deref()).collect();
    let metadata: Vec<_> = rows.iter().map(|row| row.metadata.as_deref()).collect();
    let attributes: Vec<_> = rows.iter().map(|row| row.attributes.as_str()).collect();
    let originals: Vec<_> = rows.iter().map(|row| row.original.as_deref()).collect();
    let parameters: [&(dyn ToSql + Sync); 14] = [
        &projects,
        &keys,
        &resources,
        &scopes,
        &names,
        &descriptions,
        &units,
        &kinds,
        &temporalities,
        &monotonic,
        &bounds,
        &metadata,
        &attributes,
        &originals,
    ];
    within(deadline, connection.execute(&statement, &parameters)).await?;
    Ok(())
}
