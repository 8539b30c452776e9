//! Encodes a request anew, in ways that protobuf allows (protobuf.dev, "Encoding").

use observatory_ports::Signal;
use prost::encoding::{decode_varint, encode_varint};

use super::schema::{Occurs, Schema, Width, request};
use super::wire::{Content, Field, parse, write};

/// Whether the request says the same afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The same: fields of one number keep their order, and what is added does not count.
    Kept,
    /// Perhaps another: only both decoders' agreement is left to check.
    Free,
}

/// Random choices (splitmix64), repeatable by the seed.
pub(super) struct Choices(pub(super) u64);

impl Choices {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }
}

/// Takes `body` apart and writes it anew.
pub(crate) fn reencode(signal: Signal, body: &[u8], seed: u64, meaning: Meaning) -> Vec<u8> {
    let mut choices = Choices(seed);
    let mut fields = parse(request(signal), body);
    change(request(signal), &mut fields, meaning, &mut choices);
    write(&fields, &mut || if choices.one_in(4) { choices.below(10) } else { 0 })
}

fn change(schema: &Schema, fields: &mut Vec<Field>, meaning: Meaning, choices: &mut Choices) {
    for field in fields.iter_mut() {
        if let Content::Message(schema, inside) = &mut field.content {
            change(schema, inside, meaning, choices);
        }
    }
    unpack(schema, fields, choices);
    split(schema, fields, meaning, choices);
    shuffle(fields, meaning, choices);
    if schema.last_wins {
        overwrite(schema, fields, choices);
    }
    for _ in 0..choices.below(3) {
        let at = choices.below(fields.len() + 1);
        fields.insert(at, unknown(schema, 0, choices));
    }
}

/// Takes packed lists of numbers apart: into numbers of their own, or into two lists.
fn unpack(schema: &Schema, fields: &mut Vec<Field>, choices: &mut Choices) {
    let mut at = 0;
    while at < fields.len() {
        let number = fields[at].number;
        let width = schema.numbers.iter().find(|it| it.0 == number).map(|it| it.1);
        if let (Content::Bytes(packed), Some(width)) = (&fields[at].content, width) {
            let numbers = numbers(packed, width);
            let parts = match choices.below(3) {
                0 => numbers,
                1 => {
                    let (first, second) = numbers.split_at(choices.below(numbers.len() + 1));
                    vec![pack(first), pack(second)]
                }
                _ => vec![pack(&numbers)],
            };
            let parts = parts.into_iter().map(|content| Field { number, content });
            let parts: Vec<_> = parts.collect();
            let count = parts.len();
            fields.splice(at..=at, parts);
            at += count;
            continue;
        }
        at += 1;
    }
}

fn numbers(mut packed: &[u8], width: Width) -> Vec<Content> {
    let mut numbers = Vec::new();
    while !packed.is_empty() {
        numbers.push(match width {
            Width::Varint => Content::Varint(decode_varint(&mut packed).unwrap()),
            Width::Eight => {
                let (eight, rest) = packed.split_first_chunk().unwrap();
                packed = rest;
                Content::Fixed64(u64::from_le_bytes(*eight))
            }
        });
    }
    numbers
}

fn pack(numbers: &[Content]) -> Content {
    let mut packed = Vec::new();
    for number in numbers {
        match number {
            Content::Varint(number) => encode_varint(*number, &mut packed),
            Content::Fixed64(bits) => packed.extend(bits.to_le_bytes()),
            _ => {}
        }
    }
    Content::Bytes(packed)
}

/// Spreads a submessage over two occurrences.
fn split(schema: &Schema, fields: &mut Vec<Field>, meaning: Meaning, choices: &mut Choices) {
    let mut at = 0;
    while at < fields.len() {
        let number = fields[at].number;
        let merges = schema.submessage(number).is_some_and(|it| it.occurs == Occurs::Once);
        if let Content::Message(inside_schema, inside) = &mut fields[at].content
            && (merges || meaning == Meaning::Free)
            && choices.one_in(2)
        {
            let rest = inside.split_off(choices.below(inside.len() + 1));
            let content = Content::Message(inside_schema, rest);
            at += 1;
            fields.insert(at, Field { number, content });
        }
        at += 1;
    }
}

/// Changes the order; of fields with one number only when the meaning is free.
fn shuffle(fields: &mut [Field], meaning: Meaning, choices: &mut Choices) {
    for _ in 0..fields.len() * 2 {
        let at = choices.below(fields.len());
        if let Some([first, second]) = fields.get_mut(at..at + 2)
            && (first.number != second.number || meaning == Meaning::Free)
        {
            std::mem::swap(first, second);
        }
    }
}

/// Puts a scalar before one of the same number; for an `AnyValue` that is another value, too.
fn overwrite(schema: &Schema, fields: &mut Vec<Field>, choices: &mut Choices) {
    let mut at = 0;
    while at < fields.len() {
        let number = fields[at].number;
        let first = fields.iter().position(|it| it.number == number) == Some(at);
        let known = number <= schema.known_max;
        let earlier = match &fields[at].content {
            Content::Varint(_) => Some(Content::Varint(choices.next())),
            Content::Fixed64(_) => Some(Content::Fixed64(choices.next())),
            Content::Fixed32(bits) => Some(Content::Fixed32(!bits)),
            Content::Bytes(_) => Some(Content::Bytes(b"overwritten".to_vec())),
            Content::Message(..) | Content::Group(_) => None,
        };
        if let Some(content) = earlier
            && first
            && known
            && choices.one_in(3)
        {
            fields.insert(at, Field { number, content });
            at += 1;
        }
        at += 1;
    }
}

/// A field that no message knows, of any wire type.
fn unknown(schema: &Schema, depth: usize, choices: &mut Choices) -> Field {
    let beyond = [schema.known_max + 1, 100, 2047, 2048, (1 << 29) - 1];
    let number = beyond[choices.below(beyond.len())];
    let content = match choices.below(if depth < 3 { 5 } else { 4 }) {
        0 => Content::Varint(choices.next() >> choices.below(64)),
        1 => Content::Fixed64(choices.next()),
        2 => Content::Fixed32(7),
        3 => Content::Bytes(vec![0xff; choices.below(200)]),
        _ => {
            let fields = (0..choices.below(3)).map(|_| unknown(schema, depth + 1, choices));
            Content::Group(fields.collect())
        }
    };
    Field { number, content }
}
