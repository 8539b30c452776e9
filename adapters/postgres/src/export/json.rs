//! JSON as `prepare::json` writes it, read as attributes and values that live in an arena. A number with
//! a fraction or an exponent was a double, any other an integer.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use observatory_domain::record::{Attribute, Value};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::error::Odd;

type Source = Box<dyn Error + Send + Sync>;

/// The members of an object.
pub(super) fn attributes<'b>(
    arena: &'b Bump,
    text: &'b str,
) -> Result<&'b [Attribute<'b>], Source> {
    match value(arena, text)? {
        Value::Map(attributes) => Ok(attributes),
        _ => Err(Odd("no JSON object").into()),
    }
}

/// The members of an object, or none of an absent one.
pub(super) fn raw_attributes<'b>(
    arena: &'b Bump,
    raw: Option<&'b RawValue>,
) -> Result<&'b [Attribute<'b>], Source> {
    raw.map_or(Ok(&[][..]), |raw| attributes(arena, raw.get()))
}

/// Any value.
pub(super) fn value<'b>(arena: &'b Bump, text: &'b str) -> Result<Value<'b>, Source> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Read(arena).deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

/// A text, in the arena unless it lives as long already.
pub(super) fn text<'b>(arena: &'b Bump, text: Cow<'b, str>) -> &'b str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => arena.alloc_str(&text),
    }
}

#[derive(Clone, Copy)]
struct Read<'b>(&'b Bump);

impl<'b> DeserializeSeed<'b> for Read<'b> {
    type Value = Value<'b>;

    fn deserialize<D: Deserializer<'b>>(self, json: D) -> Result<Value<'b>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for Read<'b> {
    type Value = Value<'b>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of an attribute")
    }

    fn visit_unit<E>(self) -> Result<Value<'b>, E> {
        Ok(Value::Empty)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value<'b>, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'b>, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value<'b>, E> {
        i64::try_from(number).map(Value::Int).map_err(E::custom)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'b>, E> {
        Ok(Value::Double(number))
    }

    fn visit_borrowed_str<E>(self, text: &'b str) -> Result<Value<'b>, E> {
        Ok(Value::Str(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'b>, E> {
        Ok(Value::Str(self.0.alloc_str(text)))
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut items: A) -> Result<Value<'b>, A::Error> {
        let mut values = BumpVec::new_in(self.0);
        while let Some(value) = items.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::List(values.into_bump_slice()))
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Value<'b>, A::Error> {
        let mut attributes = BumpVec::new_in(self.0);
        while let Some(key) = map.next_key_seed(Key(self.0))? {
            let value = map.next_value_seed(self)?;
            attributes.push(Attribute { key, value });
        }
        Ok(Value::Map(attributes.into_bump_slice()))
    }
}

struct Key<'b>(&'b Bump);

impl<'b> DeserializeSeed<'b> for Key<'b> {
    type Value = &'b str;

    fn deserialize<D: Deserializer<'b>>(self, json: D) -> Result<&'b str, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'b> Visitor<'b> for Key<'b> {
    type Value = &'b str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'b str) -> Result<&'b str, E> {
        Ok(key)
    }

    fn visit_str<E>(self, key: &str) -> Result<&'b str, E> {
        Ok(self.0.alloc_str(key))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::prepare::{Exactness, write_json};

    #[test]
    fn what_is_written_exactly_is_read_the_same() {
        let texts = [Value::Str(""), Value::Str("\"\\\n\u{1}ü🦀")];
        let inside = [Attribute { key: "", value: Value::List(&texts) }];
        let values = [
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Double(0.0),
            Value::Double(1e16),
            Value::Double(f64::MAX),
            Value::Double(f64::from_bits(1)),
            Value::List(&[]),
            Value::Map(&[]),
            Value::Map(&inside),
        ];
        let arena = Bump::new();
        for value in values {
            let (text, exactness) = write_json(value);
            assert_eq!(exactness, Exactness::Exact);
            assert_eq!(super::value(&arena, arena.alloc_str(&text)).unwrap(), value, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_double_has_its_bits_again(
            number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
        ) {
            let arena = Bump::new();
            let (text, _) = write_json(Value::Double(number));
            let Value::Double(read) = value(&arena, arena.alloc_str(&text)).unwrap() else {
                panic!("{text}");
            };
            prop_assert_eq!(read.to_bits(), number.to_bits());
        }
    }

    #[test]
    fn what_is_no_such_json_is_told() {
        let arena = Bump::new();
        for text in ["", "{", "[] []", "18446744073709551615", "[1]"] {
            assert!(attributes(&arena, text).is_err(), "{text}");
        }
    }
}
