//! Attributes back from the typed columns that they left for.
//!
//! The column `promoted` lists them: a varint each, (source's number * 2) + (1 when a structured value
//! was written as JSON). The source's name is the attribute's key, and its column holds the value.

use std::sync::LazyLock;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::genai::{Column, Kind, Place, name_of, source_of};
use observatory_domain::record::{Attribute, Value};

use super::error::{ExportError, Odd};
use super::json;
use super::row::Columns;

/// The typed columns: those facts that have a column of their own, in the order of `Column::ALL`.
pub(super) static COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = own_columns().map(Column::name).collect();
    names.join(", ")
});

/// What a jsonb column only shows can't be promoted.
fn own_columns() -> impl Iterator<Item = Column> {
    Column::ALL.into_iter().filter(|it| it.place() == Place::Column)
}

/// Appends the attributes that `promoted` lists; the first typed column stands at `first`.
pub(super) fn restore<'b>(
    attributes: &mut BumpVec<'b, Attribute<'b>>,
    promoted: &[u8],
    columns: &Columns<'b>,
    first: usize,
    arena: &'b Bump,
) -> Result<(), ExportError> {
    let mut rest = promoted;
    while !rest.is_empty() {
        let (number, behind) =
            varint(rest).ok_or_else(|| columns.odd(Odd("a varint without an end")))?;
        rest = behind;
        let unknown =
            || columns.odd(Odd("a source that this build does not know: a newer one wrote it"));
        let id = u16::try_from(number >> 1).map_err(|_beyond| unknown())?;
        let key = name_of(id).ok_or_else(unknown)?;
        let column = source_of(key).ok_or_else(unknown)?.column;
        let form = if number & 1 == 1 { Form::Structured } else { Form::Plain };
        let place = own_columns()
            .position(|it| it == column)
            .ok_or_else(|| columns.odd(Odd("a source whose column keeps nothing")))?;
        let value = value(column, form, columns, first + place, arena)?;
        attributes.push(Attribute { key, value });
    }
    Ok(())
}

/// How an attribute lies in its column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    /// As JSON.
    Structured,
}

fn value<'b>(
    column: Column,
    form: Form,
    columns: &Columns<'b>,
    place: usize,
    arena: &'b Bump,
) -> Result<Value<'b>, ExportError> {
    match column.kind() {
        Kind::Text | Kind::Json => {
            let text = columns.at(place)?;
            if form == Form::Plain {
                return Ok(Value::Str(text));
            }
            json::value(arena, text).map_err(|source| columns.odd(source))
        }
        Kind::TextArray => {
            let texts: Vec<&'b str> = columns.at(place)?;
            Ok(Value::List(arena.alloc_slice_fill_iter(texts.into_iter().map(Value::Str))))
        }
        Kind::Int => columns.at(place).map(Value::Int),
        Kind::Double => columns.at(place).map(Value::Double),
        Kind::Bool => columns.at(place).map(Value::Bool),
        // Rounded: the attribute itself stays among the others.
        Kind::Money => Err(columns.odd(Odd("a sum of money, which keeps no attribute"))),
    }
}

/// The first varint of `bytes`, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let end = bytes.iter().take(5).position(|it| *it < 0x80)?;
    let (number, rest) = bytes.split_at_checked(end + 1)?;
    let number = number.iter().rev().try_fold(0_u32, |number, byte| {
        number.checked_mul(128)?.checked_add(u32::from(byte & 0x7f))
    })?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_are_read_one_after_the_other_and_never_beyond_32_bits() {
        assert_eq!(varint(&[5, 0x80, 1]), Some((5, &[0x80, 1][..])));
        assert_eq!(varint(&[0x80, 1]), Some((128, &[][..])));
        assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some((u32::MAX, &[][..])));
        assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
        assert_eq!((varint(&[0x80]), varint(&[])), (None, None));
    }
}
