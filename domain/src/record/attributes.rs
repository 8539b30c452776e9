//! Attributes: OTLP's `KeyValue` and `AnyValue`, borrowed.

/// A key and its value. Keys may repeat (a sender's bug): the last one counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attribute<'a> {
    /// The name, as sent.
    pub key: &'a str,
    /// The value, as sent.
    pub value: Value<'a>,
}

/// OTLP's `AnyValue`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value<'a> {
    /// No value is set: legal, and different from an empty text.
    #[default]
    Empty,
    /// Text; may hold U+0000.
    Str(&'a str),
    /// A truth value.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// A double, any bits.
    Double(f64),
    /// Opaque bytes.
    Bytes(&'a [u8]),
    /// `ArrayValue`.
    List(&'a [Value<'a>]),
    /// `KeyValueList`.
    Map(&'a [Attribute<'a>]),
}

impl<'a> Value<'a> {
    /// The text, when this is one.
    #[must_use]
    pub const fn as_str(&self) -> Option<&'a str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }
}
