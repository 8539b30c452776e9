//! JSON to protobuf, in one pass: what is read is written at once, and never held as a tree.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::output::Output;
use super::schema::{Field, Kind, Message, Occurs};

/// Levels of JSON in what no field knows: it is skipped, not held.
const UNKNOWN_DEPTH_MAX: u8 = 100;

/// Reads an object as a message.
pub(super) struct Read<'o, 'm> {
    pub(super) message: &'static Message,
    pub(super) out: &'o mut Output<'m>,
    /// How many more levels of messages may open.
    pub(super) depth: u8,
    pub(super) place: Place,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the whole request.
    Top,
    /// It is a part of another.
    Inside,
}

impl<'de> DeserializeSeed<'de> for Read<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Read<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as an object", self.message.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(A::Error::custom("nested more than 100 levels deep"));
        };
        let (mut is_known, mut unknown) = (false, None);
        while let Some(key) = map.next_key_seed(Key)? {
            let Some(field) = self.message.fields.iter().find(|it| it.key == key) else {
                map.next_value_seed(Skip(UNKNOWN_DEPTH_MAX))?;
                unknown.get_or_insert(key);
                continue;
            };
            is_known = true;
            map.next_value_seed(Value { field, out: self.out, depth })?;
        }
        // Unknown fields are ignored, but not another signal's records, nor this one's under a wrong key:
        // answered as if they were stored, they would be lost.
        match unknown.filter(|key| key.starts_with("resource")) {
            Some(key) if self.place == Place::Top && !is_known => {
                let known = self.message.fields.first().map_or("", |it| it.key);
                Err(A::Error::custom(format!("{key:?} is not known here: {known} is expected")))
            }
            _ => Ok(()),
        }
    }
}

/// A key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A field's value, or a list of them.
struct Value<'o, 'm> {
    field: &'static Field,
    out: &'o mut Output<'m>,
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match (self.field.occurs, self.field.kind) {
            (Occurs::Often, _) => deserializer.deserialize_any(List(self)),
            (Occurs::Once, _) => deserializer.deserialize_any(Single(self)),
        }
    }
}

/// A list; null is an empty one.
struct List<'o, 'm>(Value<'o, 'm>);

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as a list", self.0.field.key)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Value { field, out, depth } = self.0;
        while items.next_element_seed(Item(Value { field, out, depth }))?.is_some() {}
        Ok(())
    }
}

/// An item of a list.
struct Item<'o, 'm>(Value<'o, 'm>);

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Single(self.0))
    }
}

/// One value; null is an absent one.
struct Single<'o, 'm>(Value<'o, 'm>);

impl Single<'_, '_> {
    /// A number, or a text that is one.
    fn integer<E: Error>(self, number: i128) -> Result<(), E> {
        let Value { field, out, .. } = self.0;
        let beyond = |_range| wrong(field, number);
        let written = match field.kind {
            Kind::Int32 => {
                let number = i32::try_from(number).map_err(beyond)?;
                out.varint(field, i64::from(number).cast_unsigned())
            }
            Kind::Sint32 => out.varint(field, zigzag(i32::try_from(number).map_err(beyond)?)),
            Kind::Uint32 => out.varint(field, u32::try_from(number).map_err(beyond)?.into()),
            Kind::Int64 => {
                out.varint(field, i64::try_from(number).map_err(beyond)?.cast_unsigned())
            }
            Kind::Uint64 => out.varint(field, u64::try_from(number).map_err(beyond)?),
            Kind::Fixed32 => out.fixed32(field, u32::try_from(number).map_err(beyond)?),
            Kind::Fixed64 => out.fixed64(field, u64::try_from(number).map_err(beyond)?),
            Kind::Sfixed64 => {
                out.fixed64(field, i64::try_from(number).map_err(beyond)?.cast_unsigned())
            }
            #[expect(clippy::cast_precision_loss, reason = "the nearest double, as JSON means it")]
            Kind::Double => out.fixed64(field, (number as f64).to_bits()),
            Kind::Text | Kind::Hex | Kind::Base64 | Kind::Bool | Kind::Message(_) => {
                return Err(wrong(field, number));
            }
        };
        written.map_err(E::custom)
    }
}

fn wrong<E: Error>(field: &Field, value: impl fmt::Display) -> E {
    let expected = expected(field.kind);
    E::custom(format!("{}: {value} is not valid: {expected} is expected", field.key))
}

impl<'de> Visitor<'de> for Single<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.field.key, expected(self.0.field.kind))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.0.field.kind {
            Kind::Bool => self.0.out.varint(self.0.field, u64::from(value)).map_err(E::custom),
            _ => Err(wrong(self.0.field, value)),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.integer(i128::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.integer(i128::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if let Kind::Double = self.0.field.kind {
            return self.0.out.fixed64(self.0.field, value.to_bits()).map_err(E::custom);
        }
        match whole(value) {
            Some(number) => self.integer(number),
            None => Err(wrong(self.0.field, value)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let Value { field, out, .. } = self.0;
        let written = match field.kind {
            Kind::Text => out.bytes(field, text.as_bytes()),
            Kind::Hex => match unhex(text) {
                Some(bytes) => out.bytes(field, &bytes),
                None => return Err(wrong(field, format_args!("{text:?}"))),
            },
            Kind::Base64 => match unbase64(text) {
                Some(bytes) => out.bytes(field, &bytes),
                None => return Err(wrong(field, format_args!("{text:?}"))),
            },
            Kind::Double => match double(text) {
                Some(number) => out.fixed64(field, number.to_bits()),
                None => return Err(wrong(field, format_args!("{text:?}"))),
            },
            Kind::Bool | Kind::Message(_) => return Err(wrong(field, format_args!("{text:?}"))),
            _ => match text.parse::<i128>() {
                Ok(number) => return Self(Value { field, out, depth: 0 }).integer(number),
                Err(_) => return Err(wrong(field, format_args!("{text:?}"))),
            },
        };
        written.map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Value { field, out, depth } = self.0;
        let Kind::Message(message) = field.kind else {
            return Err(wrong(field, "an object"));
        };
        let open = out.open(field);
        Read { message, out, depth, place: Place::Inside }.visit_map(map)?;
        out.close(open).map_err(A::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(wrong(self.0.field, "a list"))
    }
}

/// Reads a value that no field knows, and keeps nothing of it.
struct Skip(u8);

impl Skip {
    fn deeper<E: Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested more than 100 levels deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self.deeper()?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Key)?.is_some() {
            map.next_value_seed(self.deeper()?)?;
        }
        Ok(())
    }
}

/// What is expected of a kind, for people.
const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Hex => "hex (not base64, for OTLP/JSON writes ids so)",
        Kind::Base64 => "base64",
        Kind::Bool => "true or false",
        Kind::Int32 => "a number of 32 bits (enums too are numbers in OTLP/JSON)",
        Kind::Sint32 | Kind::Uint32 | Kind::Fixed32 => "a number of 32 bits",
        Kind::Int64 | Kind::Sfixed64 => "a signed number of 64 bits, or a text of it",
        Kind::Uint64 | Kind::Fixed64 => "a number of 64 bits, or a text of it",
        Kind::Double => "a number, or NaN, Infinity, -Infinity as a text",
        Kind::Message(_) => "an object",
    }
}

/// `number` as an integer, when it is one: ProtoJSON takes 1.0 and 1e3 for integers.
fn whole(number: f64) -> Option<i128> {
    const BEYOND: f64 = 1.9e19;
    let is_whole = number.fract().abs() < f64::MIN_POSITIVE && number.abs() < BEYOND;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^65, as just checked")]
    is_whole.then_some(number as i128)
}

/// A double that is written as a text.
fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // Rust reads more names than ProtoJSON has.
        _ if text.ends_with(|it: char| it.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

fn zigzag(number: i32) -> u64 {
    u64::from((number.cast_unsigned() << 1) ^ (number >> 31).cast_unsigned())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// ProtoJSON takes both alphabets, with or without padding.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}
