//! Records by resource, and in that by scope.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use observatory_domain::record::{ResourceView, ScopeView};
use observatory_ports::driven::Stored;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use prost::{DecodeError, Message};

use super::message::attributes;

/// Records in groups, in the order of their keys.
#[derive(Debug)]
pub struct Groups<T> {
    resources: BTreeMap<u128, Group<Resource, BTreeMap<u128, OfScope<T>>>>,
    records: usize,
    bytes: usize,
}

/// What has a resource, or a scope, in common.
#[derive(Debug)]
pub(super) struct Group<K, I> {
    pub(super) of: K,
    pub(super) schema_url: String,
    pub(super) items: I,
}

/// The records of a scope.
pub(super) type OfScope<T> = Group<InstrumentationScope, Vec<T>>;

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { resources: BTreeMap::new(), records: 0, bytes: 0 }
    }
}

impl<T: Message> Groups<T> {
    /// Records gathered.
    pub(super) const fn records(&self) -> usize {
        self.records
    }

    /// Their size as protobuf, but for a few bytes of lengths.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn push(
        &mut self,
        resource: &ResourceView<'_>,
        scope: &ScopeView<'_>,
        stored: &Stored<'_>,
        record: T,
    ) -> Result<(), DecodeError> {
        self.records += 1;
        self.bytes += record.encoded_len();
        let bytes = &mut self.bytes;
        let make = || of_resource(resource, stored.resource_original);
        let group = entry(&mut self.resources, resource.key, make, bytes)?;
        let make = || of_scope(scope, stored.scope_original);
        let group = entry(&mut group.items, scope.key, make, bytes)?;
        group.items.push(record);
        Ok(())
    }

    /// Takes everything; `make` makes a group by resource of its groups by scope.
    pub(super) fn take<G>(
        &mut self,
        make: impl Fn(Resource, String, &mut dyn Iterator<Item = OfScope<T>>) -> G,
    ) -> Vec<G> {
        let groups = std::mem::take(self).resources.into_values();
        groups.map(|it| make(it.of, it.schema_url, &mut it.items.into_values())).collect()
    }
}

/// The group with this key, made if there is none; what that adds is added to `bytes`.
fn entry<'g, K: Message, I: Default>(
    groups: &'g mut BTreeMap<u128, Group<K, I>>,
    key: u128,
    make: impl FnOnce() -> Result<(K, String), DecodeError>,
    bytes: &mut usize,
) -> Result<&'g mut Group<K, I>, DecodeError> {
    Ok(match groups.entry(key) {
        Entry::Occupied(group) => group.into_mut(),
        Entry::Vacant(place) => {
            let (of, schema_url) = make()?;
            *bytes += of.encoded_len() + schema_url.len();
            place.insert(Group { of, schema_url, items: I::default() })
        }
    })
}

/// A resource and its schema URL. An empty one says as much as an absent one.
fn of_resource(
    view: &ResourceView<'_>,
    original: Option<&[u8]>,
) -> Result<(Resource, String), DecodeError> {
    if let Some(original) = original {
        let group = ResourceSpans::decode(original)?;
        return Ok((group.resource.unwrap_or_default(), group.schema_url));
    }
    let resource = Resource {
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
        entity_refs: Vec::new(),
    };
    Ok((resource, view.schema_url.to_owned()))
}

fn of_scope(
    view: &ScopeView<'_>,
    original: Option<&[u8]>,
) -> Result<(InstrumentationScope, String), DecodeError> {
    if let Some(original) = original {
        let group = ScopeSpans::decode(original)?;
        return Ok((group.scope.unwrap_or_default(), group.schema_url));
    }
    let scope = InstrumentationScope {
        name: view.name.to_owned(),
        version: view.version.to_owned(),
        attributes: attributes(view.attributes),
        dropped_attributes_count: view.dropped_attributes_count,
    };
    Ok((scope, view.schema_url.to_owned()))
}
