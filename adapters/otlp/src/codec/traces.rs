//! `ExportTraceServiceRequest`: groups by resource, and in them groups by scope.
//!
//! On the wire a group's schema URL follows its spans, and its resource may come anywhere and more
//! than once: so each group is read twice, first for what its spans have in common.

use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::ids::Ordinal;
use observatory_domain::record::{ResourceView, ScopeView};
use observatory_ports::driven::{Visit, Walked};
use xxhash_rust::xxh3::Xxh3;

use super::span::span;
use super::values::{Scratch, push_attribute};
use super::wire::{Bad, Depth, Field, Fields, low_32, text};

/// Records in one request. A refused record takes two bytes on the wire and forty in memory, so
/// without a bound a request could swell twentyfold; exporters send some hundreds.
const RECORDS_MAX: u32 = 1 << 19;

/// One arena for each level of grouping.
#[derive(Default)]
struct Arenas {
    resource: Bump,
    scope: Bump,
    record: Bump,
}

/// Where the walk stands.
struct Walk<'v> {
    visit: &'v mut dyn Visit,
    next: u32,
    /// The address of the request's first byte.
    origin: usize,
}

/// Walks the request in `body`.
pub(super) fn walk(body: &[u8], visit: &mut dyn Visit) -> Result<Walked, Bad> {
    let mut walk = Walk { visit, next: 0, origin: body.as_ptr().addr() };
    let mut arenas = Arenas::default();
    let mut fields = Fields::new(body, Depth::TOP);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(group)) => {
                resource_spans(&fields.inside(group)?, &mut arenas, &mut walk)?;
            }
            (1, _) => return Err(fields.mistyped().named("resource_spans")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(Walked { records: walk.next })
}

fn resource_spans(group: &Fields<'_>, arenas: &mut Arenas, walk: &mut Walk<'_>) -> Result<(), Bad> {
    let Arenas { resource: arena, scope, record } = arenas;
    arena.reset();
    let view = common_resource(group.clone(), arena)?;
    let mut fields = group.clone();
    while let Some((number, field)) = fields.next()? {
        if let (2, Field::Bytes(group)) = (number, field) {
            scope_spans(&view, &fields.inside(group)?, scope, record, walk)?;
        }
    }
    Ok(())
}

/// The resource and schema URL of a group; checks the group's other fields on the way.
fn common_resource<'b>(mut fields: Fields<'b>, arena: &'b Bump) -> Result<ResourceView<'b>, Bad> {
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
            (3, Field::Bytes(bytes)) => schema_url = text(bytes, "resource_spans.schema_url")?,
            (1..=3, _) => return Err(fields.mistyped().named("resource_spans")),
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

fn scope_spans(
    resource: &ResourceView<'_>,
    group: &Fields<'_>,
    arena: &mut Bump,
    record: &mut Bump,
    walk: &mut Walk<'_>,
) -> Result<(), Bad> {
    arena.reset();
    let scope = common_scope(group.clone(), arena)?;
    let mut fields = group.clone();
    while let Some((number, field)) = fields.next()? {
        let (2, Field::Bytes(message)) = (number, field) else { continue };
        record.reset();
        let mut scratch = Scratch::new(record);
        let view = span(resource, &scope, fields.inside(message)?, &mut scratch)?;
        walk.show(message, |visit, ordinal, raw| visit.span(ordinal, &view, raw))?;
    }
    Ok(())
}

/// The scope and schema URL of a group; checks the group's other fields on the way.
fn common_scope<'b>(mut fields: Fields<'b>, arena: &'b Bump) -> Result<ScopeView<'b>, Bad> {
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
            (3, Field::Bytes(bytes)) => schema_url = text(bytes, "scope_spans.schema_url")?,
            (1..=3, _) => return Err(fields.mistyped().named("scope_spans")),
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

impl Walk<'_> {
    /// Shows a record whose message is `message`.
    fn show(
        &mut self,
        message: &[u8],
        show: impl FnOnce(&mut dyn Visit, Ordinal, Range<usize>),
    ) -> Result<(), Bad> {
        if self.next == RECORDS_MAX {
            return Err(Bad::new(message, "more than 524288 records in one request"));
        }
        let from = message.as_ptr().addr().wrapping_sub(self.origin);
        show(self.visit, Ordinal(self.next), from..from + message.len());
        self.next += 1;
        Ok(())
    }
}
