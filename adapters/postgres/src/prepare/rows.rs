//! The rows of one request, of whatever signal.

use std::collections::HashSet;
use std::ops::Range;

use observatory_domain::ids::{Ordinal, ProjectId};
use observatory_domain::intake::{RecordSet, Refusal, log_time, span_ids};
use observatory_domain::record::{
    LogView, PointView, RecordView, ResourceView, ScopeView, SpanView,
};
use observatory_domain::time::UnixNanos;
use observatory_ports::Request;
use observatory_ports::driven::{Footprint, Intake, Malformed, Prepared, RecordCodec, Visit};

use super::dimension::{DimensionKind, DimensionRow, service_hash};
use super::span::{self, Context, Scratch};
use super::{Table, log, point};

/// Rows of a request, ready to be sent.
#[derive(Debug)]
pub struct PreparedRows {
    /// Where they go.
    pub(crate) table: Table,
    /// The rows, one after the other.
    pub(crate) rows: Vec<u8>,
    /// Where each row lies, in the order of the request.
    pub(crate) index: Vec<RowRef>,
    /// The resources and scopes that the rows name.
    pub(crate) dimensions: Vec<DimensionRow>,
    /// The series that the rows name.
    pub(crate) series: HashSet<u128>,
}

/// A row's place.
#[derive(Clone, Debug)]
pub(crate) struct RowRef {
    /// When it happened, in microseconds since 1970: rows of a batch are sorted by it.
    pub(crate) micros: u64,
    pub(crate) bytes: Range<usize>,
}

impl PreparedRows {
    pub(crate) fn row(&self, row: &RowRef) -> &[u8] {
        self.rows.get(row.bytes.clone()).unwrap_or_default()
    }
}

impl Prepared for PreparedRows {
    fn footprint(&self) -> Footprint {
        let dimensions: usize = self.dimensions.iter().map(DimensionRow::bytes).sum();
        let index = self.index.capacity() * size_of::<RowRef>();
        // A set keeps a byte beside each place.
        let series = self.series.capacity() * (size_of::<u128>() + 1);
        Footprint {
            records: self.index.len() as u64,
            bytes: (self.rows.capacity() + index + dimensions + series) as u64,
        }
    }
}

/// Makes the rows of `request`.
///
/// # Errors
/// When the codec can't read it.
pub fn prepare(
    codec: &dyn RecordCodec,
    request: &Request,
    intake: &Intake<'_>,
) -> Result<(PreparedRows, RecordSet), Malformed> {
    let prepared = PreparedRows {
        table: Table::of(request.signal),
        // A row is about as large as its message: the common case then never grows the buffer.
        rows: Vec::with_capacity(request.body.len() + request.body.len() / 8),
        index: Vec::new(),
        dimensions: Vec::new(),
        series: HashSet::new(),
    };
    let mut rows = Rows {
        request,
        intake,
        prepared,
        refused: RecordSet::default(),
        seen: HashSet::new(),
        group: None,
        scratch: Scratch::default(),
    };
    codec.walk(request, &mut rows)?;
    rows.prepared.rows.shrink_to(rows.prepared.rows.len() + rows.prepared.rows.len() / 4);
    Ok((rows.prepared, rows.refused))
}

struct Rows<'a> {
    request: &'a Request,
    intake: &'a Intake<'a>,
    prepared: PreparedRows,
    refused: RecordSet,
    /// Dimensions that have their row.
    seen: HashSet<(DimensionKind, u128)>,
    /// The group met last: records come in groups, so most ask for the same again.
    group: Option<Group>,
    scratch: Scratch,
}

impl Visit for Rows<'_> {
    fn record(&mut self, ordinal: Ordinal, view: RecordView<'_>, raw: Range<usize>) {
        let from = self.prepared.rows.len();
        let written = match view {
            RecordView::Span(view) => self.span(ordinal, view, raw),
            RecordView::Point(view) => self.point(ordinal, view, raw),
            RecordView::Log(view) => self.log(ordinal, view, raw),
        };
        match written {
            Ok(at) => {
                let bytes = from..self.prepared.rows.len();
                self.prepared.index.push(RowRef { micros: at.0 / 1000, bytes });
            }
            Err(refusal) => self.refused.insert(ordinal, refusal),
        }
    }
}

/// Each writes a record's row, and returns when it happened; or why it is not stored.
impl Rows<'_> {
    fn span(
        &mut self,
        ordinal: Ordinal,
        view: &SpanView<'_>,
        raw: Range<usize>,
    ) -> Result<UnixNanos, Refusal> {
        let Intake { policy, received_at, .. } = *self.intake;
        let ids =
            self.decide(ordinal, || policy.check_span(view, received_at), || span_ids(view))?;
        let context = self.context(view.resource, view.scope, raw);
        span::write(&mut self.prepared.rows, view, &ids, &context, &mut self.scratch);
        Ok(view.start)
    }

    fn point(
        &mut self,
        ordinal: Ordinal,
        view: &PointView<'_>,
        raw: Range<usize>,
    ) -> Result<UnixNanos, Refusal> {
        let Intake { policy, received_at, .. } = *self.intake;
        self.decide(ordinal, || policy.check_point(view, received_at), || Ok(()))?;
        let context = self.context(view.metric.resource, view.metric.scope, raw);
        self.prepared.series.insert(view.series);
        point::write(&mut self.prepared.rows, view, &context);
        Ok(view.time)
    }

    fn log(
        &mut self,
        ordinal: Ordinal,
        view: &LogView<'_>,
        raw: Range<usize>,
    ) -> Result<UnixNanos, Refusal> {
        let Intake { policy, received_at, .. } = *self.intake;
        self.decide(ordinal, || policy.check_log(view, received_at), || Ok(()))?;
        let context = self.context(view.resource, view.scope, raw);
        let time = log_time(view, received_at);
        log::write(&mut self.prepared.rows, view, time, &context);
        Ok(time.0)
    }
}

impl<'a> Rows<'a> {
    /// On replay the decisions of the first intake stand.
    fn decide<T>(
        &self,
        ordinal: Ordinal,
        first: impl FnOnce() -> Result<T, Refusal>,
        again: impl FnOnce() -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        match self.intake.refused {
            None => first(),
            Some(refused) if refused.contains(ordinal) => Err(Refusal::Earlier),
            Some(_) => again(),
        }
    }

    /// Sees to the rows of a record's resource and scope.
    fn context(
        &mut self,
        resource: &ResourceView<'_>,
        scope: &ScopeView<'_>,
        raw: Range<usize>,
    ) -> Context<'a> {
        let project = self.request.project;
        let raw = self.request.body.get(raw).unwrap_or_default();
        let service_hash = self.dimensions(project, resource, scope);
        Context { project, service_hash, raw }
    }

    /// Returns the service's hash.
    fn dimensions(
        &mut self,
        project: ProjectId,
        resource: &ResourceView<'_>,
        scope: &ScopeView<'_>,
    ) -> i32 {
        if let Some(group) = self.group
            && (group.resource, group.scope) == (resource.key, scope.key)
        {
            return group.service_hash;
        }
        if self.seen.insert((DimensionKind::Resource, resource.key)) {
            self.prepared.dimensions.push(DimensionRow::resource(project, resource));
        }
        if self.seen.insert((DimensionKind::Scope, scope.key)) {
            self.prepared.dimensions.push(DimensionRow::scope(project, scope));
        }
        let service_hash = service_hash(resource.service_name().unwrap_or_default());
        self.group = Some(Group { resource: resource.key, scope: scope.key, service_hash });
        service_hash
    }
}

#[derive(Clone, Copy, Debug)]
struct Group {
    resource: u128,
    scope: u128,
    service_hash: i32,
}

/// When the request of `received_at` was received, as a day in UTC since 1970.
pub(crate) const fn day_of(received_at: UnixNanos) -> u64 {
    received_at.0 / 86_400_000_000_000
}
