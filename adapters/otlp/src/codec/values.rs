//! `AnyValue`, `KeyValue` and lists of them.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::record::{Attribute, Value};

use super::wire::{Bad, Field, Fields, text};

/// Values that one record, resource or scope may hold: some tens of MiB of views at most. A value
/// takes two bytes on the wire and forty in memory, so without a bound a request could swell
/// twentyfold.
const VALUES_MAX: u32 = 1 << 18;

/// Where the views of one record live.
#[derive(Debug)]
pub(super) struct Scratch<'b> {
    arena: &'b Bump,
    values_left: u32,
}

impl<'b> Scratch<'b> {
    pub(super) const fn new(arena: &'b Bump) -> Self {
        Self { arena, values_left: VALUES_MAX }
    }

    /// An empty list with room for `capacity`.
    pub(super) fn list<T>(&self, capacity: usize) -> BumpVec<'b, T> {
        BumpVec::with_capacity_in(capacity, self.arena)
    }

    /// Counts one more value, event, link or part of a group.
    #[inline]
    pub(super) fn count(&mut self, at: &[u8]) -> Result<(), Bad> {
        self.count_all(1, at)
    }

    /// Counts `values` more.
    #[inline]
    pub(super) fn count_all(&mut self, values: usize, at: &[u8]) -> Result<(), Bad> {
        let left = u32::try_from(values).ok().and_then(|it| self.values_left.checked_sub(it));
        match left {
            Some(left) => {
                self.values_left = left;
                Ok(())
            }
            None => Err(Bad::new(at, "more than 262144 values in one record")),
        }
    }
}

/// Reads a `KeyValue` and appends it.
#[inline]
pub(super) fn push_attribute<'b>(
    attributes: &mut BumpVec<'b, Attribute<'b>>,
    fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<(), Bad> {
    let mut fields = fields;
    let (mut key, mut value) = ("", Value::Empty);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => key = text(bytes, "attribute key")?,
            (2, Field::Bytes(bytes)) => value = any_value(value, fields.inside(bytes)?, scratch)?,
            // The index of a key in a table that only profiles have: treated as absent.
            (3, Field::Varint(_)) => {}
            (1..=3, _) => return Err(fields.mistyped().named("attribute")),
            (_, field) => fields.unknown(field)?,
        }
    }
    scratch.count(key.as_bytes())?;
    attributes.push(Attribute { key, value });
    Ok(())
}

/// Reads an `AnyValue` on top of `value`, which an earlier occurrence left: lists and maps merge,
/// else the last one wins.
#[inline]
pub(super) fn any_value<'b>(
    mut value: Value<'b>,
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<Value<'b>, Bad> {
    while let Some(field) = fields.next()? {
        value = match field {
            (1, Field::Bytes(bytes)) => Value::Str(text(bytes, "string_value")?),
            (2, Field::Varint(number)) => Value::Bool(number != 0),
            (3, Field::Varint(number)) => Value::Int(number.cast_signed()),
            (4, Field::Fixed64(bits)) => Value::Double(f64::from_bits(bits)),
            (5, Field::Bytes(bytes)) => {
                let before = if let Value::List(items) = value { items } else { &[] };
                list(before, fields.inside(bytes)?, scratch)?
            }
            (6, Field::Bytes(bytes)) => {
                let before = if let Value::Map(items) = value { items } else { &[] };
                map(before, fields.inside(bytes)?, scratch)?
            }
            (7, Field::Bytes(bytes)) => Value::Bytes(bytes),
            // The index of a text in a table that only profiles have: treated as absent.
            (8, Field::Varint(_)) => Value::Empty,
            (1..=8, _) => return Err(fields.mistyped().named("any_value")),
            (_, field) => {
                fields.unknown(field)?;
                value
            }
        };
    }
    Ok(value)
}

/// Reads an `ArrayValue` behind what an earlier part of it left. What is copied counts once more:
/// else two bytes on the wire, an empty part, could copy a whole list.
fn list<'b>(
    before: &[Value<'b>],
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<Value<'b>, Bad> {
    scratch.count_all(before.len() + 1, fields.rest())?;
    let mut items = scratch.list(before.len() + 4);
    items.extend_from_slice_copy(before);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => {
                scratch.count(bytes)?;
                items.push(any_value(Value::Empty, fields.inside(bytes)?, scratch)?);
            }
            (1, _) => return Err(fields.mistyped().named("array_value")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(Value::List(items.into_bump_slice()))
}

/// Reads a `KeyValueList`, like [`list`].
fn map<'b>(
    before: &[Attribute<'b>],
    mut fields: Fields<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<Value<'b>, Bad> {
    scratch.count_all(before.len() + 1, fields.rest())?;
    let mut items = scratch.list(before.len() + 4);
    items.extend_from_slice_copy(before);
    while let Some(field) = fields.next()? {
        match field {
            (1, Field::Bytes(bytes)) => push_attribute(&mut items, fields.inside(bytes)?, scratch)?,
            (1, _) => return Err(fields.mistyped().named("kvlist_value")),
            (_, field) => fields.unknown(field)?,
        }
    }
    Ok(Value::Map(items.into_bump_slice()))
}
