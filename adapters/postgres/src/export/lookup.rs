//! The resources, scopes and series that a chunk of rows names: loaded by their keys over a connection
//! of their own, kept in a bounded cache, and read as views once a chunk.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bumpalo::Bump;
use observatory_domain::ids::ProjectId;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::dimension::{
    self, Dimension, Resource, ResourceRow, Scope, ScopeRow, Series, SeriesRow,
};
use super::error::ExportError;
use super::row::Columns;
use crate::error::within;
use crate::prepare::Table;

/// Rows kept of each kind, on top of those that one chunk names.
const CACHE_ENTRIES: usize = 16_384;
/// Bytes that they may hold, of each kind, on top of those that one chunk names.
const CACHE_BYTES: usize = 8 << 20;

/// The cache, for one project.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    project: ProjectId,
    resources: Cache<ResourceRow>,
    scopes: Cache<ScopeRow>,
    series: Cache<SeriesRow>,
}

#[derive(Debug)]
struct Cache<D> {
    rows: HashMap<u128, D>,
    bytes: usize,
}

impl<D> Default for Cache<D> {
    fn default() -> Self {
        Self { rows: HashMap::new(), bytes: 0 }
    }
}

/// What the rows of a chunk name: pairs of resource and scope, or series.
#[derive(Debug, Default)]
struct Named {
    resources: HashSet<u128>,
    scopes: HashSet<u128>,
    series: HashSet<u128>,
}

impl Lookup {
    /// Loads what `rows` of `table` name and the cache does not have.
    pub(super) async fn load(
        &mut self,
        client: &Client,
        table: Table,
        rows: &[Row],
        deadline: Duration,
    ) -> Result<(), ExportError> {
        let mut named = Named::of(table, rows)?;
        let project = self.project;
        self.series.load(client, project, &named.series, deadline).await?;
        for key in &named.series {
            let series = self.series.get(table, *key)?;
            named.resources.insert(series.resource);
            named.scopes.insert(series.scope);
        }
        self.resources.load(client, project, &named.resources, deadline).await?;
        self.scopes.load(client, project, &named.scopes, deadline).await
    }
}

impl Named {
    fn of(table: Table, rows: &[Row]) -> Result<Self, ExportError> {
        let mut named = Self::default();
        for row in rows {
            let mut columns = Columns::new(row, table.name());
            let mut key = || columns.take::<Uuid>().map(|it| it.as_u128());
            if table == Table::MetricPoints {
                named.series.insert(key()?);
            } else {
                named.resources.insert(key()?);
                named.scopes.insert(key()?);
            }
        }
        Ok(named)
    }
}

impl<D: Dimension> Cache<D> {
    async fn load(
        &mut self,
        client: &Client,
        project: ProjectId,
        keys: &HashSet<u128>,
        deadline: Duration,
    ) -> Result<(), ExportError> {
        // Emptied as a whole: neighbours name the same few, so that what is needed is soon back.
        if self.rows.len() > CACHE_ENTRIES || self.bytes > CACHE_BYTES {
            *self = Self::default();
        }
        let missing = keys.iter().filter(|it| !self.rows.contains_key(it));
        let missing: Vec<_> = missing.map(|key| Uuid::from_u128(*key)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        for row in within(deadline, client.query(D::SELECT, &[&project.0, &missing])).await? {
            let (key, row) = dimension::read::<D>(&row)?;
            self.bytes += row.bytes();
            self.rows.insert(key, row);
        }
        Ok(())
    }

    fn get(&self, table: Table, key: u128) -> Result<&D, ExportError> {
        let missing = || ExportError::Missing { table: table.name(), key, of: D::TABLE };
        self.rows.get(&key).ok_or_else(missing)
    }
}

/// Those of one chunk as views, each made when a row first names it.
pub(super) struct Views<'b> {
    lookup: &'b Lookup,
    table: Table,
    arena: &'b Bump,
    resources: HashMap<u128, &'b Resource<'b>>,
    scopes: HashMap<u128, &'b Scope<'b>>,
    series: HashMap<u128, &'b Series<'b>>,
}

impl<'b> Views<'b> {
    /// Views for rows of `table`, out of what was loaded; they live in `arena`.
    pub(super) fn new(lookup: &'b Lookup, table: Table, arena: &'b Bump) -> Self {
        let (resources, scopes, series) = <_>::default();
        Self { lookup, table, arena, resources, scopes, series }
    }

    pub(super) fn resource(&mut self, key: u128) -> Result<&'b Resource<'b>, ExportError> {
        if let Some(resource) = self.resources.get(&key) {
            return Ok(resource);
        }
        let row = self.lookup.resources.get(self.table, key)?;
        let resource = self.arena.alloc(row.view(key, self.arena)?);
        self.resources.insert(key, resource);
        Ok(resource)
    }

    pub(super) fn scope(&mut self, key: u128) -> Result<&'b Scope<'b>, ExportError> {
        if let Some(scope) = self.scopes.get(&key) {
            return Ok(scope);
        }
        let row = self.lookup.scopes.get(self.table, key)?;
        let scope = self.arena.alloc(row.view(key, self.arena)?);
        self.scopes.insert(key, scope);
        Ok(scope)
    }

    pub(super) fn series(&mut self, key: u128) -> Result<&'b Series<'b>, ExportError> {
        if let Some(series) = self.series.get(&key) {
            return Ok(series);
        }
        let row = self.lookup.series.get(self.table, key)?;
        let (resource, scope) = (self.resource(row.resource)?, self.scope(row.scope)?);
        let series = self.arena.alloc(row.view(resource, scope, self.arena)?);
        self.series.insert(key, series);
        Ok(series)
    }
}
