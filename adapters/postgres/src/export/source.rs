//! The port's face: [`RecordSource`] over PostgreSQL.

use std::pin::{Pin, pin};
use std::time::Duration;

use async_trait::async_trait;
use bumpalo::Bump;
use futures_util::stream::Fuse;
use futures_util::{StreamExt, TryStreamExt};
use observatory_domain::ids::ProjectId;
use observatory_domain::record::RecordView;
use observatory_domain::time::UnixNanos;
use observatory_ports::Signal;
use observatory_ports::driven::{ReadError, RecordSource, Selection, Stored, TakeRecords};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, RowStream};
use uuid::Uuid;

use super::dimension::{Resource, Scope};
use super::error::ExportError;
use super::lookup::{Lookup, Views};
use super::row::{Columns, Micros, bytes_of};
use super::{log, point, span};
use crate::connect::Connections;
use crate::error::{Failure, within};
use crate::prepare::Table;

/// Rows held at a time, whose dimensions are looked up together.
const CHUNK_ROWS: usize = 500;
/// Bytes after which a chunk ends, however few rows it has.
const CHUNK_BYTES: usize = 4 << 20;
/// A reader may pause for as long as it likes, and the database's side of the connection must not take
/// that for a dead network. Such a session does not go back to the pool.
const PATIENT: &str = "SET tcp_user_timeout = 0";

/// Reads the records that [`crate::PostgresSink`] stored, of the default project.
#[derive(Debug)]
pub struct PostgresSource {
    connections: Connections,
    deadline: Duration,
}

impl PostgresSource {
    /// A source over `connections`, of which it takes two; any one answer is waited for up to
    /// `deadline`.
    #[must_use]
    pub const fn new(connections: Connections, deadline: Duration) -> Self {
        Self { connections, deadline }
    }

    /// Begins to read the rows of `table`.
    async fn rows(
        &self,
        client: &Client,
        table: Table,
        selection: Selection,
    ) -> Result<RowStream, ExportError> {
        within(self.deadline, client.batch_execute(PATIENT)).await?;
        let select = match table {
            Table::Spans => span::select(),
            Table::MetricPoints => point::SELECT.to_owned(),
            Table::LogRecords => log::SELECT.to_owned(),
        };
        let project = ProjectId::default().0;
        let time = if table == Table::Spans { "start_time" } else { "time" };
        let rows = match selection {
            Selection::Trace(trace) => {
                let query = format!("{select} WHERE project_id = $1 AND trace_id = $2");
                let trace = Uuid::from_bytes(*trace.bytes());
                let parameters: [&(dyn ToSql + Sync); 2] = [&project, &trace];
                within(self.deadline, client.query_raw(&query, parameters)).await?
            }
            Selection::Period { from, to } => {
                let query = format!("{select} WHERE project_id = $1 AND {time} BETWEEN $2 AND $3");
                let (from, to) = (Micros::before(from), Micros::before(to));
                let parameters: [&(dyn ToSql + Sync); 3] = [&project, &from, &to];
                within(self.deadline, client.query_raw(&query, parameters)).await?
            }
        };
        Ok(rows)
    }

    /// The next rows; none only at the end.
    async fn chunk(&self, mut rows: Pin<&mut Fuse<RowStream>>) -> Result<Vec<Row>, ExportError> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while chunk.len() < CHUNK_ROWS && bytes < CHUNK_BYTES {
            let Some(row) = within(self.deadline, rows.try_next()).await? else { break };
            bytes += bytes_of(&row);
            chunk.push(row);
        }
        Ok(chunk)
    }
}

#[async_trait]
impl RecordSource for PostgresSource {
    async fn read(
        &self,
        signal: Signal,
        selection: Selection,
        taker: &mut dyn TakeRecords,
    ) -> Result<u64, ReadError> {
        let table = Table::of(signal);
        if table == Table::MetricPoints && matches!(selection, Selection::Trace(_)) {
            return Ok(0);
        }
        let failed = |failure: Failure| ReadError::from(ExportError::from(failure));
        let [streaming, looking] = [self.connections.lane().await, self.connections.lane().await];
        let (streaming, looking) = (streaming.map_err(failed)?, looking.map_err(failed)?);
        let (client, other) =
            (streaming.connection().map_err(failed)?, looking.connection().map_err(failed)?);
        // A stream that is asked behind its end says that the connection was closed.
        let mut rows = pin!(self.rows(client, table, selection).await?.fuse());
        let (mut lookup, mut records) = (Lookup::default(), 0);
        loop {
            let chunk = self.chunk(rows.as_mut()).await?;
            if chunk.is_empty() {
                looking.give_back();
                return Ok(records);
            }
            lookup.load(other, table, &chunk, self.deadline).await?;
            records += show(&chunk, table, &lookup, selection, taker)?;
            taker.settle().await.map_err(ReadError::Taker)?;
        }
    }
}

/// Shows those rows of `chunk` that are in `selection`; returns how many.
fn show(
    chunk: &[Row],
    table: Table,
    lookup: &Lookup,
    selection: Selection,
    taker: &mut dyn TakeRecords,
) -> Result<u64, ReadError> {
    let (common, mut record) = (Bump::new(), Bump::new());
    let mut views = Views::new(lookup, table, &common);
    let mut records = 0;
    for row in chunk {
        record.reset();
        records += match table {
            Table::Spans => show_span(row, &mut views, selection, &record, taker)?,
            Table::MetricPoints => show_point(row, &mut views, selection, &record, taker)?,
            Table::LogRecords => show_log(row, &mut views, selection, &record, taker)?,
        };
    }
    Ok(records)
}

fn show_span(
    row: &Row,
    views: &mut Views<'_>,
    selection: Selection,
    arena: &Bump,
    taker: &mut dyn TakeRecords,
) -> Result<u64, ReadError> {
    let (resource, scope) = groups(row, Table::Spans, views)?;
    let span = span::read(row, (&resource.view, &scope.view), arena)?;
    let stored = Stored {
        view: RecordView::Span(&span.view),
        original: span.original,
        series_original: None,
        resource_original: resource.original,
        scope_original: scope.original,
    };
    pass(&stored, span.view.start, selection, taker)
}

fn show_log(
    row: &Row,
    views: &mut Views<'_>,
    selection: Selection,
    arena: &Bump,
    taker: &mut dyn TakeRecords,
) -> Result<u64, ReadError> {
    let (resource, scope) = groups(row, Table::LogRecords, views)?;
    let log = log::read(row, (&resource.view, &scope.view), arena)?;
    let stored = Stored {
        view: RecordView::Log(&log.view),
        original: log.original,
        series_original: None,
        resource_original: resource.original,
        scope_original: scope.original,
    };
    pass(&stored, log.placed, selection, taker)
}

fn show_point(
    row: &Row,
    views: &mut Views<'_>,
    selection: Selection,
    arena: &Bump,
    taker: &mut dyn TakeRecords,
) -> Result<u64, ReadError> {
    let key: Uuid = Columns::new(row, Table::MetricPoints.name()).take()?;
    let series = views.series(key.as_u128())?;
    let point = point::read(row, series, arena)?;
    let stored = Stored {
        view: RecordView::Point(&point.view),
        original: point.original,
        series_original: series.original,
        resource_original: series.resource_original,
        scope_original: series.scope_original,
    };
    pass(&stored, point.view.time, selection, taker)
}

/// The resource and scope that a row names in its first two columns.
fn groups<'b>(
    row: &Row,
    table: Table,
    views: &mut Views<'b>,
) -> Result<(&'b Resource<'b>, &'b Scope<'b>), ExportError> {
    let mut columns = Columns::new(row, table.name());
    let [resource, scope]: [Uuid; 2] = [columns.take()?, columns.take()?];
    Ok((views.resource(resource.as_u128())?, views.scope(scope.as_u128())?))
}

/// The database compares microseconds; the last three digits are compared here.
fn pass(
    stored: &Stored<'_>,
    placed: UnixNanos,
    selection: Selection,
    taker: &mut dyn TakeRecords,
) -> Result<u64, ReadError> {
    if let Selection::Period { from, to } = selection
        && !(from..to).contains(&placed)
    {
        return Ok(0);
    }
    taker.take(stored).map_err(ReadError::Taker)?;
    Ok(1)
}
