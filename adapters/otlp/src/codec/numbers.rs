//! Repeated numbers, packed into one field or one a field, and zigzag (protobuf.dev, "Encoding").

use bumpalo::collections::Vec as BumpVec;

use super::values::Scratch;
use super::wire::{Bad, Field, Fields, low_32};

/// Appends one `fixed64`, or a packed list of them.
pub(super) fn push_fixed64<'b>(
    numbers: &mut BumpVec<'b, u64>,
    fields: &Fields<'b>,
    field: Field<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<(), Bad> {
    push(numbers, fields, field, scratch, |it| it)
}

/// Appends one `double`, or a packed list of them.
pub(super) fn push_double<'b>(
    numbers: &mut BumpVec<'b, f64>,
    fields: &Fields<'b>,
    field: Field<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<(), Bad> {
    push(numbers, fields, field, scratch, f64::from_bits)
}

fn push<'b, T>(
    numbers: &mut BumpVec<'b, T>,
    fields: &Fields<'b>,
    field: Field<'b>,
    scratch: &mut Scratch<'b>,
    from_bits: impl Fn(u64) -> T,
) -> Result<(), Bad> {
    match field {
        Field::Fixed64(bits) => {
            scratch.count(fields.rest())?;
            numbers.push(from_bits(bits));
        }
        Field::Bytes(packed) => {
            let (whole, rest) = packed.as_chunks();
            if !rest.is_empty() {
                return Err(Bad::new(rest, "truncated").named("packed numbers"));
            }
            scratch.count_all(whole.len(), packed)?;
            numbers.extend(whole.iter().map(|it| from_bits(u64::from_le_bytes(*it))));
        }
        _ => return Err(fields.mistyped().named("repeated numbers")),
    }
    Ok(())
}

/// Appends one varint, or a packed list of them.
pub(super) fn push_varint<'b>(
    numbers: &mut BumpVec<'b, u64>,
    fields: &Fields<'b>,
    field: Field<'b>,
    scratch: &mut Scratch<'b>,
) -> Result<(), Bad> {
    match field {
        Field::Varint(number) => {
            scratch.count(fields.rest())?;
            numbers.push(number);
        }
        Field::Bytes(packed) => {
            let mut packed = fields.packed(packed);
            while let Some(number) = packed.next_varint()? {
                scratch.count(packed.rest())?;
                numbers.push(number);
            }
        }
        _ => return Err(fields.mistyped().named("repeated numbers")),
    }
    Ok(())
}

/// A `sint32`.
pub(super) const fn zigzag(varint: u64) -> i32 {
    let number = low_32(varint);
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_alternates_between_the_signs() {
        let numbers = [0, 1, 2, 3, 4_294_967_294, 4_294_967_295].map(zigzag);
        assert_eq!(numbers, [0, -1, 1, -2, i32::MAX, i32::MIN]);
    }
}
