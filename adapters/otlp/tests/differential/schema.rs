//! Which fields of which message are messages themselves: what a re-encoding may take apart.

/// A message type.
#[derive(Debug)]
pub(crate) struct Schema {
    /// Every number up to this one is a field.
    pub(crate) known_max: u32,
    pub(crate) messages: &'static [Submessage],
    /// Of several occurrences of its other fields the last one counts.
    pub(crate) last_wins: bool,
}

/// A field that is a message.
#[derive(Debug)]
pub(crate) struct Submessage {
    pub(crate) number: u32,
    pub(crate) occurs: Occurs,
    pub(crate) schema: &'static Schema,
}

/// How often a field may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurs {
    /// Once: several occurrences merge.
    Once,
    /// As a list.
    Often,
}

const fn one(number: u32, schema: &'static Schema) -> Submessage {
    Submessage { number, occurs: Occurs::Once, schema }
}

const fn list(number: u32, schema: &'static Schema) -> Submessage {
    Submessage { number, occurs: Occurs::Often, schema }
}

const fn message(known_max: u32, messages: &'static [Submessage]) -> Schema {
    Schema { known_max, messages, last_wins: true }
}

impl Schema {
    pub(crate) fn submessage(&self, number: u32) -> Option<&'static Submessage> {
        self.messages.iter().find(|it| it.number == number)
    }
}

pub(crate) static REQUEST: Schema = message(1, &[list(1, &RESOURCE_SPANS)]);
static RESOURCE_SPANS: Schema = message(3, &[one(1, &RESOURCE), list(2, &SCOPE_SPANS)]);
static RESOURCE: Schema = message(3, &[list(1, &KEY_VALUE), list(3, &ENTITY_REF)]);
static SCOPE_SPANS: Schema = message(3, &[one(1, &SCOPE), list(2, &SPAN)]);
static SCOPE: Schema = message(4, &[list(3, &KEY_VALUE)]);
static SPAN: Schema =
    message(16, &[list(9, &KEY_VALUE), list(11, &EVENT), list(13, &LINK), one(15, &STATUS)]);
static EVENT: Schema = message(4, &[list(3, &KEY_VALUE)]);
static LINK: Schema = message(6, &[list(4, &KEY_VALUE)]);
static STATUS: Schema = message(3, &[]);
static KEY_VALUE: Schema = message(3, &[one(2, &ANY_VALUE)]);
static ANY_VALUE: Schema = message(8, &[one(5, &ARRAY), one(6, &KEY_VALUE_LIST)]);
static ARRAY: Schema = message(1, &[list(1, &ANY_VALUE)]);
static KEY_VALUE_LIST: Schema = message(1, &[list(1, &KEY_VALUE)]);
/// Has lists of texts.
static ENTITY_REF: Schema = Schema { known_max: 4, messages: &[], last_wins: false };
