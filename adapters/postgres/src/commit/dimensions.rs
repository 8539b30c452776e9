//! New resources and scopes go in with the batch that names them first, in the order of their
//! keys.

use std::time::Duration;

use deadpool_postgres::Object;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::error::{Failure, within};
use crate::prepare::{DimensionKind, DimensionRow};

const INSERT_RESOURCES: &str = include_str!("../sql/insert_resources.sql");
const INSERT_SCOPES: &str = include_str!("../sql/insert_scopes.sql");

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
    fourth: &(dyn ToSql + Sync),
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
    let parameters: [&(dyn ToSql + Sync); 8] =
        [&projects, &keys, &names, fourth, &schemas, &attributes, &dropped, &originals];
    within(deadline, connection.execute(&statement, &parameters)).await?;
    Ok(())
}
