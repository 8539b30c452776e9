//! New resources and scopes go in with the batch that names them first, in the order of their
//! keys. What is known to be there, and touched today, is not sent again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::Object;
use observatory_domain::ids::ProjectId;
use uuid::Uuid;

use crate::error::{Failure, within};
use crate::prepare::{DimensionKind, DimensionRow};

const INSERT_RESOURCES: &str = include_str!("../sql/insert_resources.sql");
const INSERT_SCOPES: &str = include_str!("../sql/insert_scopes.sql");

/// Rows remembered at the most, about 6 MiB; beyond it everything is forgotten and sent again.
const KNOWN_MAX: usize = 100_000;

type Key = (DimensionKind, ProjectId, u128);

/// The dimension rows that the database is known to have, with the day of their last touch.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<Key, u64>>);

impl Known {
    /// The rows of `offered` that must be sent on `day`, each once, in the order of their keys.
    pub(super) fn missing<'r>(
        &self,
        offered: impl Iterator<Item = &'r DimensionRow>,
        day: u64,
    ) -> Vec<&'r DimensionRow> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing: Vec<_> =
            offered.filter(|row| known.get(&key(row)).is_none_or(|it| *it < day)).collect();
        drop(known);
        missing.sort_unstable_by_key(|row| key(row));
        missing.dedup_by_key(|row| key(row));
        missing
    }

    /// Remembers `rows`; called after their COMMIT alone.
    pub(super) fn learn(&self, rows: &[&DimensionRow], day: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + rows.len() > KNOWN_MAX {
            known.clear();
        }
        known.extend(rows.iter().map(|row| (key(row), day)));
    }

    /// Forgets everything: after a reconnect the database may be another.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn key(row: &DimensionRow) -> Key {
    (row.kind, row.project, row.key)
}

/// Inserts `rows`, which are in the order of their keys: resources first.
pub(super) async fn insert(
    connection: &Object,
    rows: &[&DimensionRow],
    deadline: Duration,
) -> Result<(), Failure> {
    let (resources, scopes) =
        rows.split_at(rows.partition_point(|row| row.kind == DimensionKind::Resource));
    if !resources.is_empty() {
        let hashes: Vec<_> = resources.iter().map(|row| row.service_hash).collect();
        execute(connection, INSERT_RESOURCES, resources, &hashes, deadline).await?;
    }
    if !scopes.is_empty() {
        let versions: Vec<_> = scopes.iter().map(|row| row.version.as_str()).collect();
        execute(connection, INSERT_SCOPES, scopes, &versions, deadline).await?;
    }
    Ok(())
}

/// Both statements take the same parameters, but for the fourth.
async fn execute(
    connection: &Object,
    statement: &str,
    rows: &[&DimensionRow],
    fourth: &(dyn tokio_postgres::types::ToSql + Sync),
    deadline: Duration,
) -> Result<(), Failure> {
    let statement = within(deadline, connection.prepare_cached(statement)).await?;
    let projects: Vec<_> = rows.iter().map(|row| row.project.0).collect();
    let keys: Vec<_> = rows.iter().map(|row| Uuid::from_u128(row.key)).collect();
    let names: Vec<_> = rows.iter().map(|row| row.name.as_deref()).collect();
    let schemas: Vec<_> = rows.iter().map(|row| row.schema_url.as_deref()).collect();
    let attributes: Vec<_> = rows.iter().map(|row| row.attributes.as_str()).collect();
    let dropped: Vec<_> = rows.iter().map(|row| row.dropped_attributes_count).collect();
    let originals: Vec<_> = rows.iter().map(|row| row.original.as_deref()).collect();
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
        [&projects, &keys, &names, fourth, &schemas, &attributes, &dropped, &originals];
    within(deadline, connection.execute(&statement, &parameters)).await?;
    Ok(())
}
