//! The rows of one request of traces.

use std::collections::HashSet;
use std::ops::Range;

use observatory_domain::ids::{Ordinal, ProjectId};
use observatory_domain::intake::{PolicySnapshot, RecordSet, Refusal, SpanIds};
use observatory_domain::record::SpanView;
use observatory_domain::time::UnixNanos;
use observatory_ports::Request;
use observatory_ports::driven::{Footprint, Intake, Malformed, Prepared, RecordCodec, Visit};

use super::dimension::{DimensionKind, DimensionRow, service_hash};
use super::span::{self, Context, Scratch, sort_key};

/// Rows of a request, ready to be sent.
#[derive(Debug, Default)]
pub struct PreparedSpans {
    /// The rows, one after the other.
    pub(crate) rows: Vec<u8>,
    /// Where each row lies, in the order of the request.
    pub(crate) index: Vec<RowRef>,
    /// The resources and scopes that the rows name.
    pub(crate) dimensions: Vec<DimensionRow>,
}

/// A row's place.
#[derive(Clone, Debug)]
pub(crate) struct RowRef {
    /// Microseconds since 1970.
    pub(crate) start_micros: u64,
    pub(crate) bytes: Range<usize>,
}

impl PreparedSpans {
    pub(crate) fn row(&self, row: &RowRef) -> &[u8] {
        self.rows.get(row.bytes.clone()).unwrap_or_default()
    }
}

impl Prepared for PreparedSpans {
    fn footprint(&self) -> Footprint {
        let dimensions: usize = self.dimensions.iter().map(DimensionRow::bytes).sum();
        let index = self.index.capacity() * size_of::<RowRef>();
        Footprint {
            records: self.index.len() as u64,
            bytes: (self.rows.capacity() + index + dimensions) as u64,
        }
    }
}

/// Makes the rows of `request`.
///
/// # Errors
/// When the codec can't read it.
pub fn prepare_spans(
    codec: &dyn RecordCodec,
    request: &Request,
    intake: &Intake<'_>,
) -> Result<(PreparedSpans, RecordSet), Malformed> {
    let mut rows = Rows {
        request,
        intake,
        prepared: PreparedSpans::default(),
        refused: RecordSet::default(),
        seen: HashSet::new(),
        group: None,
        scratch: Scratch::default(),
    };
    // A row is about as large as its message: the common case then never grows the buffer.
    rows.prepared.rows.reserve(request.body.len() + request.body.len() / 8);
    codec.walk(request, &mut rows)?;
    rows.prepared.rows.shrink_to(rows.prepared.rows.len() + rows.prepared.rows.len() / 4);
    Ok((rows.prepared, rows.refused))
}

struct Rows<'a> {
    request: &'a Request,
    intake: &'a Intake<'a>,
    prepared: PreparedSpans,
    refused: RecordSet,
    /// Dimensions that have their row.
    seen: HashSet<(DimensionKind, u128)>,
    /// The group met last: spans come in groups, so most ask for the same again.
    group: Option<Group>,
    scratch: Scratch,
}

impl Visit for Rows<'_> {
    fn span(&mut self, ordinal: Ordinal, view: &SpanView<'_>, raw: Range<usize>) {
        let ids = match self.decide(ordinal, view) {
            Ok(ids) => ids,
            Err(refusal) => return self.refused.insert(ordinal, refusal),
        };
        let project = self.request.project;
        let service_hash = self.dimensions(project, view);
        let raw = self.request.body.get(raw).unwrap_or_default();
        let from = self.prepared.rows.len();
        let context = Context { project, service_hash, raw };
        span::write(&mut self.prepared.rows, view, &ids, &context, &mut self.scratch);
        let bytes = from..self.prepared.rows.len();
        self.prepared.index.push(RowRef { start_micros: sort_key(view.start), bytes });
    }
}

impl Rows<'_> {
    /// On replay the decisions of the first intake stand.
    fn decide(&self, ordinal: Ordinal, view: &SpanView<'_>) -> Result<SpanIds, Refusal> {
        match self.intake.refused {
            None => self.intake.policy.check(view, self.intake.received_at),
            Some(refused) if refused.contains(ordinal) => Err(Refusal::Earlier),
            Some(_) => PolicySnapshot::ids(view),
        }
    }

    /// Sees to the rows of the span's resource and scope; returns the service's hash.
    fn dimensions(&mut self, project: ProjectId, view: &SpanView<'_>) -> i32 {
        let (resource, scope) = (view.resource, view.scope);
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
