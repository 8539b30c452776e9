//! `Export…ServiceRequest` of every signal: groups by resource, and in them groups by scope. The three
//! have the same shape and field numbers; what differs is the record in a scope's group.
//!
//! On the wire a group's schema URL follows its records, and its resource may come anywhere and more
//! than once: so each group is read twice, first for what its records have in common.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::ids::Ordinal;
use observatory_domain::record::{RecordView, ResourceView, ScopeView};
use observatory_ports::driven::{Visit, Walked};
use xxhash_rust::xxh3::Xxh3;

use super::values::{Scratch, push_attribute};
use super::wire::{Bad, Depth, Field, Fields, low_32, text};

/// Records in one request. A refused record takes two bytes on the wire and forty in memory, so
/// without a bound a request could swell twentyfold; exporters send some hundreds.
const RECORDS_MAX: u32 = 1 << 19;

/// A signal: what the messages in a scope's group are.
pub(super) trait Records {
    /// What the groups are called in errors.
    const NAMES: Names;

    /// Shows the records of one message.
    fn read(group: Group<'_>, leaves: &mut Leaves, walk: &mut Walk<'_>) -> Result<(), Bad>;
}

/// What a signal's groups are called.
pub(super) struct Names {
    pub(super) resource_group: &'static str,
    pub(super) scope_group: &'static str,
}

/// A message in a scope's group, and what it has in common with its neighbours.
#[derive(Clone, Copy)]
pub(super) struct Group<'b> {
    pub(super) resource: &'b ResourceView<'b>,
    pub(super) scope: &'b ScopeView<'b>,
    pub(super) message: &'b [u8],
    pub(super) depth: Depth,
}

/// Where the views of one record live, and memory that is kept from record to record.
#[derive(Default)]
pub(super) struct Leaves {
    pub(super) record: Bump,
    /// Of a metric's points, one after the other.
    pub(super) point: Bump,
    /// What a series' key is made from.
    pub(super) hashed: Vec<u8>,
}

/// One arena for each level of grouping.
#[derive(Default)]
struct Arenas {
    resource: Bump,
    scope: Bump,
    leaves: Leaves,
}

/// Where the walk stands.
pub(super) struct Walk<'v> {
    visit: &'v mut dyn Visit,
    next: u32,
    /// The address of the request's first byte.
    origin: usize,
}

/// Walks the request in `body`.
pub(super) fn walk<S: Records>(body: &[u8], visit: &mut dyn Visit) -> Result<Walked, Bad> {
    let mut walk = Walk { visit, next: 0, origin: body.as_ptr().addr() };
    let mut arenas = Arenas::default();
    let mut fields = Fields::new(body, Depth::TOP);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(group)) => {
                resource_group::<S>(&fields.inside(group)?, &mut arenas, &mut walk)?;
            }
            (1, _) => return Err(fields.mistyped().named(S::NAMES.resource_group)),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(Walked { records: walk.next })
}

fn resource_group<S: Records>(
    group: &Fields<'_>,
    arenas: &mut Arenas,
    walk: &mut Walk<'_>,
) -> Result<(), Bad> {
    let Arenas { resource: arena, scope, leaves } = arenas;
    arena.reset();
    let view = common_resource(group.clone(), arena, S::NAMES.resource_group)?;
    let mut fields = group.clone();
    while let Some((number, field)) = fields.next()? {
        if let (2, Field::Bytes(group)) = (number, field) {
            scope_group::<S>(&view, &fields.inside(group)?, scope, leaves, walk)?;
        }
    }
    Ok(())
}

/// The resource and schema URL of a group; checks the group's other fields on the way.
fn common_resource<'b>(
    mut fields: Fields<'b>,
    arena: &'b Bump,
    name: &'static str,
) -> Result<ResourceView<'b>, Bad> {
    let mut scratch = Scratch::new(arena);
    let mut attributes = scratch.list(16);
    let mut wire = scratch.list(1);
    let (mut schema_url, mut dropped_attributes_count, mut carries_more) = ("", 0, false);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => {
                scratch.count(bytes)?;
                wire.push(bytes);
                let mut resource = fields.inside(bytes)?;
                while let Some(field) = resource.next()? {
                    match field {
                        (1, Field::Bytes(bytes)) => {
                            let inside = resource.inside(bytes)?;
                            push_attribute(&mut attributes, inside, &mut scratch)?;
                        }
                        (2, Field::Varint(count)) => dropped_attributes_count = low_32(count),
                        (3, Field::Bytes(bytes)) => {
                            carries_more = true;
                            check_entity(resource.inside(bytes)?)?;
                        }
                        (1..=3, _) => return Err(resource.mistyped().named("resource")),
                        (_, field) => resource.unknown(field)?,
                    }
                }
            }
            (2, Field::Bytes(_)) => {}
            (3, Field::Bytes(bytes)) => schema_url = text(bytes, "schema_url of a resource")?,
            (1..=3, _) => return Err(fields.mistyped().named(name)),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(ResourceView {
        key: key(&wire, schema_url),
        attributes: attributes.into_bump_slice(),
        dropped_attributes_count,
        schema_url,
        wire: wire.into_bump_slice(),
        carries_more,
    })
}

/// An `EntityRef`: kept in the wire bytes, read only to refuse what a generated decoder refuses.
fn check_entity(mut fields: Fields<'_>) -> Result<(), Bad> {
    while let Some(field) = fields.next()? {
        match field {
            (1..=4, Field::Bytes(bytes)) => {
                text(bytes, "resource.entity_refs")?;
            }
            (1..=4, _) => return Err(fields.mistyped().named("resource.entity_refs")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(())
}

fn scope_group<S: Records>(
    resource: &ResourceView<'_>,
    group: &Fields<'_>,
    arena: &mut Bump,
    leaves: &mut Leaves,
    walk: &mut Walk<'_>,
) -> Result<(), Bad> {
    arena.reset();
    let scope = common_scope(group.clone(), arena, S::NAMES.scope_group)?;
    let mut fields = group.clone();
    while let Some((number, field)) = fields.next()? {
        let (2, Field::Bytes(message)) = (number, field) else { continue };
        let depth = fields.depth_inside(message)?;
        S::read(Group { resource, scope: &scope, message, depth }, leaves, walk)?;
    }
    Ok(())
}

/// The scope and schema URL of a group; checks the group's other fields on the way.
fn common_scope<'b>(
    mut fields: Fields<'b>,
    arena: &'b Bump,
    group_name: &'static str,
) -> Result<ScopeView<'b>, Bad> {
    let mut scratch = Scratch::new(arena);
    let mut attributes = scratch.list(0);
    let mut wire = scratch.list(1);
    let (mut name, mut version, mut schema_url, mut dropped_attributes_count) = ("", "", "", 0);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => {
                scratch.count(bytes)?;
                wire.push(bytes);
                let mut scope = fields.inside(bytes)?;
                while let Some(field) = scope.next()? {
                    match field {
                        (1, Field::Bytes(bytes)) => name = text(bytes, "scope.name")?,
                        (2, Field::Bytes(bytes)) => version = text(bytes, "scope.version")?,
                        (3, Field::Bytes(bytes)) => {
                            let inside = scope.inside(bytes)?;
                            push_attribute(&mut attributes, inside, &mut scratch)?;
                        }
                        (4, Field::Varint(count)) => dropped_attributes_count = low_32(count),
                        (1..=4, _) => return Err(scope.mistyped().named("scope")),
                        (_, field) => scope.unknown(field)?,
                    }
                }
            }
            (2, Field::Bytes(_)) => {}
            (3, Field::Bytes(bytes)) => schema_url = text(bytes, "schema_url of a scope")?,
            (1..=3, _) => return Err(fields.mistyped().named(group_name)),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(ScopeView {
        key: key(&wire, schema_url),
        name,
        version,
        attributes: attributes.into_bump_slice(),
        dropped_attributes_count,
        schema_url,
        wire: wire.into_bump_slice(),
    })
}

/// The key of a resource's or scope's row. Lengths are hashed too, so that no two different
/// sequences of parts can run into one another.
fn key(wire: &BumpVec<'_, &[u8]>, schema_url: &str) -> u128 {
    let mut hash = Xxh3::new();
    for part in wire.iter().copied().chain([schema_url.as_bytes()]) {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.digest128()
}

impl<'b> Group<'b> {
    /// The fields of the message.
    pub(super) const fn fields(&self) -> Fields<'b> {
        Fields::new(self.message, self.depth)
    }
}

impl Walk<'_> {
    /// Shows a record whose message is `message`.
    pub(super) fn show(&mut self, message: &[u8], view: RecordView<'_>) -> Result<(), Bad> {
        if self.next == RECORDS_MAX {
            return Err(Bad::new(message, "more than 524288 records in one request"));
        }
        let from = message.as_ptr().addr().wrapping_sub(self.origin);
        self.visit.record(Ordinal(self.next), view, from..from + message.len());
        self.next += 1;
        Ok(())
    }
}
