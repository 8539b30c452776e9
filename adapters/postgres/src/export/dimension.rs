//! What many records have in common: rows of `resources`, `scopes` and `metric_series`, owned while they
//! are in the cache, and as views while a chunk of records is read.

use bumpalo::Bump;
use observatory_domain::record::{Attribute, MetricKind, MetricView, ResourceView, ScopeView};
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::{ExportError, Odd};
use super::json;
use super::row::{Columns, JsonText};
use super::span::count;

/// A row that others name by its key.
pub(super) trait Dimension: Sized {
    /// Where it is stored.
    const TABLE: &'static str;
    /// The query for rows by project and keys; the key is the first column.
    const SELECT: &'static str;

    /// Reads what follows the key.
    fn read(columns: &mut Columns<'_>) -> Result<Self, ExportError>;

    /// Bytes that it holds.
    fn bytes(&self) -> usize;
}

/// Reads a row: its key, and what it says.
pub(super) fn read<D: Dimension>(row: &Row) -> Result<(u128, D), ExportError> {
    let mut columns = Columns::new(row, D::TABLE);
    let key: Uuid = columns.take()?;
    Ok((key.as_u128(), D::read(&mut columns)?))
}

/// A row of `resources` or `scopes`.
#[derive(Debug)]
pub(super) struct Common {
    schema_url: String,
    dropped_attributes_count: u32,
    attributes: String,
    original: Option<Vec<u8>>,
}

impl Common {
    fn read(columns: &mut Columns<'_>) -> Result<Self, ExportError> {
        Ok(Self {
            schema_url: columns.take::<Option<String>>()?.unwrap_or_default(),
            dropped_attributes_count: columns.take_as(count)?,
            attributes: columns.take::<JsonText<'_>>()?.0.to_owned(),
            original: columns.take()?,
        })
    }

    fn bytes(&self) -> usize {
        self.schema_url.len() + self.attributes.len() + self.original.as_ref().map_or(0, Vec::len)
    }

    fn attributes<'b>(
        &'b self,
        table: &'static str,
        arena: &'b Bump,
    ) -> Result<&'b [Attribute<'b>], ExportError> {
        attributes(table, self.original.as_deref(), &self.attributes, arena)
    }
}

/// What stands beside an original is only near to what was sent.
fn attributes<'b>(
    table: &'static str,
    original: Option<&[u8]>,
    text: &'b str,
    arena: &'b Bump,
) -> Result<&'b [Attribute<'b>], ExportError> {
    if original.is_some() {
        return Ok(&[]);
    }
    let column = || "attributes".to_owned();
    json::attributes(arena, text).map_err(|source| ExportError::Column {
        table,
        column: column(),
        source,
    })
}

/// A row of `resources`.
#[derive(Debug)]
pub(super) struct ResourceRow(Common);

impl Dimension for ResourceRow {
    const TABLE: &'static str = "resources";
    const SELECT: &'static str = "SELECT resource_id, schema_url, dropped_attributes_count, attributes, \
        original FROM resources WHERE project_id = $1 AND resource_id = ANY ($2)";

    fn read(columns: &mut Columns<'_>) -> Result<Self, ExportError> {
        Common::read(columns).map(Self)
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.0.bytes()
    }
}

/// A resource, while a chunk is read.
#[derive(Debug)]
pub(super) struct Resource<'b> {
    pub(super) view: ResourceView<'b>,
    pub(super) original: Option<&'b [u8]>,
}

impl ResourceRow {
    pub(super) fn view<'b>(
        &'b self,
        key: u128,
        arena: &'b Bump,
    ) -> Result<Resource<'b>, ExportError> {
        let Self(common) = self;
        let view = ResourceView {
            key,
            attributes: common.attributes(Self::TABLE, arena)?,
            dropped_attributes_count: common.dropped_attributes_count,
            schema_url: &common.schema_url,
            wire: &[],
            carries_more: false,
        };
        Ok(Resource { view, original: common.original.as_deref() })
    }
}

/// A row of `scopes`.
#[derive(Debug)]
pub(super) struct ScopeRow {
    common: Common,
    name: String,
    version: String,
}

impl Dimension for ScopeRow {
    const TABLE: &'static str = "scopes";
    const SELECT: &'static str = "SELECT scope_id, schema_url, dropped_attributes_count, attributes, \
        original, name, version FROM scopes WHERE project_id = $1 AND scope_id = ANY ($2)";

    fn read(columns: &mut Columns<'_>) -> Result<Self, ExportError> {
        let common = Common::read(columns)?;
        Ok(Self { common, name: columns.take()?, version: columns.take()? })
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.common.bytes() + self.name.len() + self.version.len()
    }
}

/// A scope, while a chunk is read.
#[derive(Debug)]
pub(super) struct Scope<'b> {
    pub(super) view: ScopeView<'b>,
    pub(super) original: Option<&'b [u8]>,
}

impl ScopeRow {
    pub(super) fn view<'b>(&'b self, key: u128, arena: &'b Bump) -> Result<Scope<'b>, ExportError> {
        let common = &self.common;
        let view = ScopeView {
            key,
            name: &self.name,
            version: &self.version,
            attributes: common.attributes(Self::TABLE, arena)?,
            dropped_attributes_count: common.dropped_attributes_count,
            schema_url: &common.schema_url,
            wire: &[],
        };
        Ok(Scope { view, original: common.original.as_deref() })
    }
}

/// A row of `metric_series`.
#[derive(Debug)]
pub(super) struct SeriesRow {
    pub(super) resource: u128,
    pub(super) scope: u128,
    kind: MetricKind,
    name: String,
    description: String,
    unit: String,
    temporality: i32,
    is_monotonic: bool,
    explicit_bounds: Vec<f64>,
    metadata: String,
    attributes: String,
    original: Option<Vec<u8>>,
}

impl Dimension for SeriesRow {
    const TABLE: &'static str = "metric_series";
    const SELECT: &'static str = "SELECT series_id, resource_id, scope_id, kind, name, description, unit, \
        temporality, is_monotonic, explicit_bounds, metadata, attributes, original FROM metric_series \
        WHERE project_id = $1 AND series_id = ANY ($2)";

    fn read(columns: &mut Columns<'_>) -> Result<Self, ExportError> {
        let [resource, scope]: [Uuid; 2] = [columns.take()?, columns.take()?];
        Ok(Self {
            resource: resource.as_u128(),
            scope: scope.as_u128(),
            kind: columns.take_as(|name: &str| {
                let kind = MetricKind::ALL.into_iter().find(|it| it.name() == name);
                kind.ok_or_else(|| Odd("no kind of metric").into())
            })?,
            name: columns.take()?,
            description: columns.take::<Option<_>>()?.unwrap_or_default(),
            unit: columns.take::<Option<_>>()?.unwrap_or_default(),
            temporality: columns.take()?,
            is_monotonic: columns.take()?,
            explicit_bounds: columns.take::<Option<_>>()?.unwrap_or_default(),
            metadata: columns
                .take::<Option<JsonText<'_>>>()?
                .map_or_else(|| "{}".to_owned(), |it| it.0.to_owned()),
            attributes: columns.take::<JsonText<'_>>()?.0.to_owned(),
            original: columns.take()?,
        })
    }

    fn bytes(&self) -> usize {
        let texts = [&self.name, &self.description, &self.unit, &self.metadata, &self.attributes];
        size_of::<Self>()
            + texts.iter().map(|it| it.len()).sum::<usize>()
            + self.explicit_bounds.len() * size_of::<f64>()
            + self.original.as_ref().map_or(0, Vec::len)
    }
}

/// A series, while a chunk is read.
#[derive(Debug)]
pub(super) struct Series<'b> {
    pub(super) metric: MetricView<'b>,
    pub(super) attributes: &'b [Attribute<'b>],
    pub(super) explicit_bounds: &'b [f64],
    pub(super) original: Option<&'b [u8]>,
    pub(super) resource_original: Option<&'b [u8]>,
    pub(super) scope_original: Option<&'b [u8]>,
}

impl SeriesRow {
    pub(super) fn view<'b>(
        &'b self,
        resource: &'b Resource<'b>,
        scope: &'b Scope<'b>,
        arena: &'b Bump,
    ) -> Result<Series<'b>, ExportError> {
        let original = self.original.as_deref();
        let metric = MetricView {
            resource: &resource.view,
            scope: &scope.view,
            name: &self.name,
            description: &self.description,
            unit: &self.unit,
            kind: self.kind,
            temporality: self.temporality,
            is_monotonic: self.is_monotonic,
            metadata: attributes(Self::TABLE, original, &self.metadata, arena)?,
            metadata_wire: &[],
        };
        Ok(Series {
            metric,
            attributes: attributes(Self::TABLE, original, &self.attributes, arena)?,
            explicit_bounds: &self.explicit_bounds,
            original,
            resource_original: resource.original,
            scope_original: scope.original,
        })
    }
}
