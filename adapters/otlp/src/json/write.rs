//! Protobuf to JSON, by the same table of fields that `read` follows.
//!
//! What is written is OTLP/JSON in one line: ids are hex, enums numbers, integers of 64 bits texts,
//! doubles the shortest digits that read back to the same bits, bytes base64. Every field that the
//! protobuf has is written, also one with its default, so that presence survives.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use observatory_ports::Signal;
use observatory_ports::driven::Malformed;

use super::schema::{self, Field, Kind, Message, Occurs};
use crate::codec::wire::{Bad, Depth, Field as Wire, Fields, low_32, text};

/// A request of `signal`, as OTLP/JSON without a line break. Of a field that occurs once the last
/// occurrence is written.
pub(crate) fn from_protobuf(signal: Signal, body: &[u8]) -> Result<Vec<u8>, Malformed> {
    // JSON is larger: ids double, numbers are texts, every field is named.
    let mut out = Vec::with_capacity(body.len() * 2);
    message(&mut out, schema::request(signal), Fields::new(body, Depth::TOP))
        .map_err(|bad| bad.within(body))?;
    Ok(out)
}

fn message(out: &mut Vec<u8>, of: &'static Message, mut fields: Fields<'_>) -> Result<(), Bad> {
    let depth = fields.clone();
    let mut found = Vec::new();
    while let Some((number, wire)) = fields.next()? {
        match of.fields.iter().position(|it| it.number == number) {
            Some(place) => found.push((place, wire)),
            None => fields.unknown(wire)?,
        }
    }
    // Stable: of one field, in the order of the message.
    found.sort_by_key(|(place, _)| *place);
    out.push(b'{');
    let mut separator = None;
    for occurrences in found.chunk_by(|a, b| a.0 == b.0) {
        let Some((field, last)) =
            occurrences.last().and_then(|(place, last)| Some((of.fields.get(*place)?, *last)))
        else {
            continue;
        };
        out.extend(separator.replace(b','));
        string(out, field.key);
        out.push(b':');
        match field.occurs {
            Occurs::Once => one(out, field, last, &depth)?,
            Occurs::Often => list(out, field, occurrences, &depth)?,
        }
    }
    out.push(b'}');
    Ok(())
}

fn list(
    out: &mut Vec<u8>,
    field: &Field,
    occurrences: &[(usize, Wire<'_>)],
    around: &Fields<'_>,
) -> Result<(), Bad> {
    let mut items = Items { out, separator: b'[' };
    for (_, wire) in occurrences {
        match (field.kind, *wire) {
            (Kind::Fixed64 | Kind::Sfixed64 | Kind::Double, Wire::Bytes(packed)) => {
                let (whole, rest) = packed.as_chunks();
                if !rest.is_empty() {
                    return Err(Bad::new(rest, "truncated").named(field.key));
                }
                for bits in whole {
                    let wire = Wire::Fixed64(u64::from_le_bytes(*bits));
                    one(items.next(), field, wire, around)?;
                }
            }
            (Kind::Uint64, Wire::Bytes(packed)) => {
                let mut numbers = around.packed(packed);
                while let Some(number) = numbers.next_varint()? {
                    one(items.next(), field, Wire::Varint(number), around)?;
                }
            }
            (_, wire) => one(items.next(), field, wire, around)?,
        }
    }
    items.end();
    Ok(())
}

/// A list being written.
struct Items<'o> {
    out: &'o mut Vec<u8>,
    separator: u8,
}

impl Items<'_> {
    /// Where the next item is written.
    fn next(&mut self) -> &mut Vec<u8> {
        self.out.push(std::mem::replace(&mut self.separator, b','));
        self.out
    }

    fn end(self) {
        if self.separator == b'[' {
            self.out.push(b'[');
        }
        self.out.push(b']');
    }
}

/// One value of `field`, in a message whose fields are `around`.
fn one(out: &mut Vec<u8>, field: &Field, wire: Wire<'_>, around: &Fields<'_>) -> Result<(), Bad> {
    match (field.kind, wire) {
        (Kind::Message(inside), Wire::Bytes(bytes)) => message(out, inside, around.inside(bytes)?)?,
        (Kind::Text, Wire::Bytes(bytes)) => string(out, text(bytes, field.key)?),
        (Kind::Hex, Wire::Bytes(bytes)) => hex(out, bytes),
        (Kind::Base64, Wire::Bytes(bytes)) => string(out, &STANDARD.encode(bytes)),
        (Kind::Bool, Wire::Varint(number)) => {
            out.extend_from_slice(if number == 0 { b"false" } else { b"true" });
        }
        (Kind::Int32, Wire::Varint(number)) => integer(out, low_32(number).cast_signed()),
        (Kind::Uint32, Wire::Varint(number)) => integer(out, low_32(number)),
        (Kind::Sint32, Wire::Varint(number)) => integer(out, unzigzag(low_32(number))),
        (Kind::Fixed32, Wire::Fixed32(number)) => integer(out, number),
        (Kind::Int64, Wire::Varint(number)) | (Kind::Sfixed64, Wire::Fixed64(number)) => {
            quoted(out, number.cast_signed());
        }
        (Kind::Uint64, Wire::Varint(number)) | (Kind::Fixed64, Wire::Fixed64(number)) => {
            quoted(out, number);
        }
        (Kind::Double, Wire::Fixed64(bits)) => double(out, f64::from_bits(bits)),
        _ => return Err(around.mistyped().named(field.key)),
    }
    Ok(())
}

fn integer(out: &mut Vec<u8>, number: impl std::fmt::Display) {
    out.extend_from_slice(number.to_string().as_bytes());
}

fn quoted(out: &mut Vec<u8>, number: impl std::fmt::Display) {
    out.push(b'"');
    integer(out, number);
    out.push(b'"');
}

fn double(out: &mut Vec<u8>, number: f64) {
    let name = match (number.is_nan(), number.is_infinite(), number > 0.0) {
        (true, _, _) => "NaN",
        (_, true, true) => "Infinity",
        (_, true, false) => "-Infinity",
        // Shortest round trip, with an exponent where that is shorter.
        _ => return out.extend_from_slice(format!("{number:?}").as_bytes()),
    };
    string(out, name);
}

fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            // Below 16.
            let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
            out.extend(u8::try_from(digit));
        }
    }
    out.push(b'"');
}

fn string(out: &mut Vec<u8>, text: &str) {
    let written = serde_json::to_writer(out, text);
    debug_assert!(written.is_ok(), "a Vec takes everything");
}

const fn unzigzag(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}
