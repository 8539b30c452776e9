//! Rows of `resources` and `scopes`: few, and shared by many spans.

use observatory_domain::ids::ProjectId;
use observatory_domain::record::{ResourceView, ScopeView};
use sha2::{Digest, Sha256};

use super::json::{self, Exactness};
use super::protobuf::push_field;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum DimensionKind {
    Resource,
    Scope,
}

/// One row, as the parameters of its INSERT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DimensionRow {
    pub(crate) kind: DimensionKind,
    pub(crate) project: ProjectId,
    pub(crate) key: u128,
    /// `service.name` of a resource, name of a scope.
    pub(crate) name: Option<String>,
    /// Version of a scope.
    pub(crate) version: String,
    pub(crate) service_hash: i32,
    pub(crate) schema_url: Option<String>,
    pub(crate) attributes: String,
    pub(crate) dropped_attributes_count: Option<i32>,
    pub(crate) original: Option<Vec<u8>>,
}

impl DimensionRow {
    pub(crate) fn resource(project: ProjectId, view: &ResourceView<'_>) -> Self {
        let mut exactness = Exactness::from(view.carries_more);
        let name = view.service_name();
        let attributes = attributes(view.attributes, &mut exactness);
        let dropped_attributes_count = count(view.dropped_attributes_count, &mut exactness);
        let schema_url = filled(view.schema_url, &mut exactness);
        Self {
            kind: DimensionKind::Resource,
            project,
            key: view.key,
            service_hash: service_hash(name.unwrap_or_default()),
            name: name.map(|it| storable(it, &mut exactness)),
            version: String::new(),
            schema_url,
            attributes,
            dropped_attributes_count,
            original: original(view.wire, view.schema_url, exactness),
        }
    }

    pub(crate) fn scope(project: ProjectId, view: &ScopeView<'_>) -> Self {
        let mut exactness = Exactness::default();
        let attributes = attributes(view.attributes, &mut exactness);
        let dropped_attributes_count = count(view.dropped_attributes_count, &mut exactness);
        let name = storable(view.name, &mut exactness);
        let version = storable(view.version, &mut exactness);
        let schema_url = filled(view.schema_url, &mut exactness);
        Self {
            kind: DimensionKind::Scope,
            project,
            key: view.key,
            service_hash: 0,
            name: Some(name),
            version,
            schema_url,
            attributes,
            dropped_attributes_count,
            original: original(view.wire, view.schema_url, exactness),
        }
    }

    /// Bytes of memory held.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.attributes.len() + self.original.as_ref().map_or(0, Vec::len)
    }
}

/// The first four bytes of sha256 of the name, as `observatory_service_hash` of the migrations.
pub(crate) fn service_hash(name: &str) -> i32 {
    let digest = Sha256::digest(storable(name, &mut Exactness::default()).as_bytes());
    let mut first = [0; 4];
    first.copy_from_slice(&digest[..4]);
    i32::from_be_bytes(first)
}

pub(super) fn attributes(
    attributes: &[observatory_domain::record::Attribute<'_>],
    exactness: &mut Exactness,
) -> String {
    let mut out = Vec::new();
    json::object(&mut out, attributes.iter(), exactness);
    // Written from `str`s and ASCII alone.
    String::from_utf8(out).unwrap_or_default()
}

/// The columns hold 31 bits; a larger count is kept in the original.
pub(super) fn count(sent: u32, exactness: &mut Exactness) -> Option<i32> {
    let stored = i32::try_from(sent).unwrap_or(i32::MAX);
    exactness.note(i64::from(stored) != i64::from(sent));
    (stored != 0).then_some(stored)
}

pub(super) fn filled(text: &str, exactness: &mut Exactness) -> Option<String> {
    (!text.is_empty()).then(|| storable(text, exactness))
}

pub(super) fn storable(text: &str, exactness: &mut Exactness) -> String {
    let lossy = text.contains('\0');
    exactness.note(lossy);
    if lossy { text.replace('\0', "\u{FFFD}") } else { text.to_owned() }
}

/// A group of the request without its records: the resource or scope, and the schema URL, which is no
/// part of it. Both are numbered alike in the groups of all signals (trace.proto, `ResourceSpans` and
/// `ScopeSpans`: 1 and 3). Several occurrences of the resource stay several: a decoder merges them.
fn original(wire: &[&[u8]], schema_url: &str, exactness: Exactness) -> Option<Vec<u8>> {
    if exactness == Exactness::Exact {
        return None;
    }
    let mut group = Vec::new();
    for part in wire {
        push_field(&mut group, 1, part);
    }
    if !schema_url.is_empty() {
        push_field(&mut group, 3, schema_url.as_bytes());
    }
    Some(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_service_is_the_one_of_the_migrations() {
        // SELECT observatory_service_hash('checkout') on PostgreSQL 15.
        assert_eq!(service_hash("checkout"), -948_560_296);
    }
}
