//! Protobuf as a tree of fields: read by prost's primitives, written as loosely as allowed.

use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint};

use super::schema::Schema;

/// A field and its number.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) number: u32,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(Vec<u8>),
    Message(&'static Schema, Vec<Field>),
    Group(Vec<Field>),
}

/// Reads a valid message.
pub(crate) fn parse(schema: &'static Schema, mut bytes: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).unwrap();
        let content = match wire_type {
            WireType::Varint => Content::Varint(decode_varint(&mut bytes).unwrap()),
            WireType::SixtyFourBit => Content::Fixed64(bytes.get_u64_le()),
            WireType::ThirtyTwoBit => Content::Fixed32(bytes.get_u32_le()),
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut bytes).unwrap()).unwrap();
                let (content, rest) = bytes.split_at(length);
                bytes = rest;
                match schema.submessage(number) {
                    Some(inside) => Content::Message(inside.schema, parse(inside.schema, content)),
                    None => Content::Bytes(content.to_vec()),
                }
            }
            WireType::StartGroup | WireType::EndGroup => panic!("nobody encodes groups"),
        };
        fields.push(Field { number, content });
    }
    fields
}

/// Writes `fields`; `padding` tells by how many bytes each varint is longer than it need be.
pub(crate) fn write(fields: &[Field], padding: &mut dyn FnMut() -> usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        let mut put = |number| put_varint(&mut bytes, number, padding());
        let tag = |wire_type: u64| (u64::from(field.number) << 3) | wire_type;
        match &field.content {
            Content::Varint(number) => {
                put(tag(0));
                put(*number);
            }
            Content::Fixed64(bits) => {
                put(tag(1));
                bytes.extend(bits.to_le_bytes());
            }
            Content::Bytes(content) => {
                put(tag(2));
                put(content.len() as u64);
                bytes.extend(content);
            }
            Content::Message(_, inside) => {
                put(tag(2));
                let content = write(inside, padding);
                put_varint(&mut bytes, content.len() as u64, padding());
                bytes.extend(content);
            }
            Content::Group(inside) => {
                put(tag(3));
                let content = write(inside, padding);
                bytes.extend(content);
                put_varint(&mut bytes, tag(4), padding());
            }
            Content::Fixed32(bits) => {
                put(tag(5));
                bytes.extend(bits.to_le_bytes());
            }
        }
    }
    bytes
}

fn put_varint(bytes: &mut Vec<u8>, mut number: u64, padding: usize) {
    let mut length = 1;
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
        length += 1;
    }
    let padding = padding.min(10 - length);
    let more = |more: bool| if more { 0x80 } else { 0 };
    bytes.push(number.to_le_bytes()[0] | more(padding > 0));
    bytes.extend((1..=padding).map(|at| more(at < padding)));
}
