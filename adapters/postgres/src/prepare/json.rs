//! Attributes as the JSON text of a jsonb column.
//!
//! jsonb keeps numbers as decimals: a double always gets a fraction and an integer never, so that
//! they stay apart. What jsonb can't hold is written as something near, and reported as
//! [`Exactness::Lossy`]: then the row keeps its original bytes.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use observatory_domain::record::{Attribute, Value};

/// Whether the JSON gives back what was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Exactness {
    /// It does.
    #[default]
    Exact,
    /// Something had to be replaced.
    Lossy,
}

impl Exactness {
    /// Notes that something is replaced where `lossy` holds.
    pub(crate) fn note(&mut self, found: impl Into<Self>) {
        if found.into() == Self::Lossy {
            *self = Self::Lossy;
        }
    }
}

impl From<bool> for Exactness {
    fn from(lossy: bool) -> Self {
        if lossy { Self::Lossy } else { Self::Exact }
    }
}

/// Writes attributes as an object.
pub(crate) fn object<'a>(
    out: &mut Vec<u8>,
    attributes: impl Iterator<Item = &'a Attribute<'a>> + Clone,
    exactness: &mut Exactness,
) {
    exactness.note(has_repeats(&attributes));
    out.push(b'{');
    let mut separator = None;
    for attribute in attributes {
        out.extend(separator);
        string(out, attribute.key, exactness);
        out.push(b':');
        value(out, attribute.value, exactness);
        separator = Some(b',');
    }
    out.push(b'}');
}

/// Writes any value.
pub(crate) fn value(out: &mut Vec<u8>, value: Value<'_>, exactness: &mut Exactness) {
    match value {
        Value::Empty => {
            exactness.note(true);
            out.extend_from_slice(b"null");
        }
        Value::Str(text) => string(out, text, exactness),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(number) => integer(out, number),
        Value::Double(number) => double(out, number, exactness),
        Value::Bytes(bytes) => {
            exactness.note(true);
            string(out, &STANDARD.encode(bytes), exactness);
        }
        Value::List(items) => {
            out.push(b'[');
            let mut separator = None;
            for item in items {
                out.extend(separator);
                self::value(out, *item, exactness);
                separator = Some(b',');
            }
            out.push(b']');
        }
        Value::Map(attributes) => object(out, attributes.iter(), exactness),
    }
}

/// Writes an integer.
pub(crate) fn integer(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Writes a text, escaped; U+0000, which jsonb refuses, becomes U+FFFD.
pub(crate) fn string(out: &mut Vec<u8>, text: &str, exactness: &mut Exactness) {
    if text.as_bytes().contains(&0) {
        exactness.note(true);
        return escaped(out, &text.replace('\0', "\u{FFFD}"));
    }
    escaped(out, text);
}

fn escaped(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|it| it < 0x20 || it == b'"' || it == b'\\') {
        // Found at an ASCII byte, so this is a boundary of characters.
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut letters = special.chars();
        if let Some(letter) = letters.next() {
            escape(out, letter);
        }
        rest = letters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

fn escape(out: &mut Vec<u8>, letter: char) {
    match letter {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        control => out.extend_from_slice(format!("\\u{:04x}", u32::from(control)).as_bytes()),
    }
}

/// Writes a double so that its decimal has a fraction and reads back to the same bits.
fn double(out: &mut Vec<u8>, number: f64, exactness: &mut Exactness) {
    if !number.is_finite() {
        exactness.note(true);
        let name: &[u8] = match (number.is_nan(), number > 0.0) {
            (true, _) => b"\"NaN\"",
            (_, true) => b"\"Infinity\"",
            _ => b"\"-Infinity\"",
        };
        return out.extend_from_slice(name);
    }
    // jsonb drops the sign of a zero.
    exactness.note(number == 0.0 && number.is_sign_negative());
    // `Display` writes the shortest digits that read back, never with an exponent: 1e16 written
    // with one would come back from jsonb without a fraction.
    let text = number.to_string();
    out.extend_from_slice(text.as_bytes());
    if !text.contains('.') {
        out.extend_from_slice(b".0");
    }
}

/// Whether a key comes twice. jsonb keeps the last.
fn has_repeats<'a>(attributes: &(impl Iterator<Item = &'a Attribute<'a>> + Clone)) -> bool {
    if attributes.clone().nth(FEW_KEYS).is_none() {
        return few_have_repeats(attributes);
    }
    let mut seen = HashSet::new();
    !attributes.clone().all(|it| seen.insert(it.key))
}

/// Up to this many keys comparing is cheaper than hashing; it is quadratic in the worst case.
const FEW_KEYS: usize = 64;

fn few_have_repeats<'a>(attributes: &(impl Iterator<Item = &'a Attribute<'a>> + Clone)) -> bool {
    // One bit a key: only keys whose bit was taken are compared with those before them.
    let mut taken = 0_u64;
    for (index, attribute) in attributes.clone().enumerate() {
        let bit = 1_u64 << bucket(attribute.key);
        if taken & bit != 0 && attributes.clone().take(index).any(|it| it.key == attribute.key) {
            return true;
        }
        taken |= bit;
    }
    false
}

/// One of 64, by length, first and last letters: attribute names share their prefixes.
fn bucket(key: &str) -> u32 {
    let bytes = key.as_bytes();
    let mut hash = bytes.len();
    for place in [bytes.len() / 2, bytes.len().wrapping_sub(3), bytes.len().wrapping_sub(1)] {
        hash = hash.wrapping_mul(31) ^ usize::from(bytes.get(place).copied().unwrap_or_default());
    }
    u32::try_from(hash % 64).unwrap_or_default()
}

/// `value` as text, for tests of the way back.
#[cfg(test)]
pub(crate) fn write_json(value: Value<'_>) -> (String, Exactness) {
    let (mut out, mut exactness) = (Vec::new(), Exactness::Exact);
    self::value(&mut out, value, &mut exactness);
    (String::from_utf8(out).unwrap(), exactness)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(attributes: &[Attribute<'_>]) -> (String, Exactness) {
        let (mut out, mut exactness) = (Vec::new(), Exactness::Exact);
        object(&mut out, attributes.iter(), &mut exactness);
        (String::from_utf8(out).unwrap(), exactness)
    }

    fn one(value: Value<'_>) -> (String, Exactness) {
        written(&[Attribute { key: "k", value }])
    }

    #[test]
    fn a_double_has_a_fraction_and_an_integer_has_none() {
        for (number, text) in [(5.0, "5.0"), (1e16, "10000000000000000.0"), (0.1, "0.1")] {
            assert_eq!(one(Value::Double(number)), (format!("{{\"k\":{text}}}"), Exactness::Exact));
        }
        assert_eq!(one(Value::Int(-5)).0, "{\"k\":-5}");
    }

    #[test]
    fn what_jsonb_can_not_hold_is_replaced_and_reported() {
        for (value, text) in [
            (Value::Empty, "null"),
            (Value::Str("a\0"), "\"a\u{FFFD}\""),
            (Value::Double(f64::NAN), "\"NaN\""),
            (Value::Double(f64::NEG_INFINITY), "\"-Infinity\""),
            (Value::Double(-0.0), "-0.0"),
            (Value::Bytes(&[1, 2]), "\"AQI=\""),
        ] {
            assert_eq!(one(value), (format!("{{\"k\":{text}}}"), Exactness::Lossy));
        }
    }

    proptest! {
        #[test]
        fn a_text_reads_back(key in "\\PC*|[\\x01-\\x20\"\\\\]*", text: String) {
            prop_assume!(!text.contains('\0') && !key.contains('\0'));
            let list = [Value::Str(&text)];
            let (json, _) = written(&[Attribute { key: &key, value: Value::List(&list) }]);
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read[&key][0].as_str(), Some(text.as_str()));
        }

        #[test]
        fn a_double_reads_back_to_its_bits(number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL) {
            let (json, _) = one(Value::Double(number));
            let digits = json.trim_start_matches("{\"k\":").trim_end_matches('}');
            prop_assert!(digits.contains('.'));
            prop_assert_eq!(digits.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }

        #[test]
        fn a_repeated_key_is_found(keys in prop_oneof![
            prop::collection::vec("[a-c]{0,3}", 0..20),
            prop::collection::vec("[a-z]{3,4}", 50..90),
        ]) {
            let attributes: Vec<_> =
                keys.iter().map(|key| Attribute { key, value: Value::Int(1) }).collect();
            let distinct: HashSet<_> = keys.iter().collect();
            let lossy = written(&attributes).1 == Exactness::Lossy;
            prop_assert_eq!(lossy, distinct.len() < keys.len());
        }
    }
}
