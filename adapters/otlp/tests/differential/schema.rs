//! Which fields of which message are messages themselves: what a re-encoding may take apart.

use observatory_ports::Signal;

/// A message type.
#[derive(Debug)]
pub(crate) struct Schema {
    /// Every number up to this one is a field.
    pub(crate) known_max: u32,
    pub(crate) messages: &'static [Submessage],
    /// Of several occurrences of its other fields the last one counts.
    pub(crate) last_wins: bool,
    /// Lists of numbers, which may be packed or not.
    pub(crate) numbers: &'static [(u32, Width)],
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

/// How numbers of a list are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Varint,
    Eight,
}

const fn one(number: u32, schema: &'static Schema) -> Submessage {
    Submessage { number, occurs: Occurs::Once, schema }
}

const fn list(number: u32, schema: &'static Schema) -> Submessage {
    Submessage { number, occurs: Occurs::Often, schema }
}

const fn message(known_max: u32, messages: &'static [Submessage]) -> Schema {
    Schema { known_max, messages, last_wins: true, numbers: &[] }
}

impl Schema {
    pub(crate) fn submessage(&self, number: u32) -> Option<&'static Submessage> {
        self.messages.iter().find(|it| it.number == number)
    }
}

/// The request of `signal`.
pub(crate) fn request(signal: Signal) -> &'static Schema {
    match signal {
        Signal::Traces => &TRACES,
        Signal::Metrics => &METRICS,
        Signal::Logs => &LOGS,
    }
}

static TRACES: Schema = message(1, &[list(1, &RESOURCE_SPANS)]);
static METRICS: Schema = message(1, &[list(1, &RESOURCE_METRICS)]);
static RESOURCE_METRICS: Schema = message(3, &[one(1, &RESOURCE), list(2, &SCOPE_METRICS)]);
static SCOPE_METRICS: Schema = message(3, &[one(1, &SCOPE), list(2, &METRIC)]);
static METRIC: Schema = message(
    12,
    &[
        one(5, &NUMBERS),
        one(7, &NUMBERS),
        one(9, &HISTOGRAM),
        one(10, &EXPONENTIAL),
        one(11, &SUMMARY),
        list(12, &KEY_VALUE),
    ],
);
static NUMBERS: Schema = message(3, &[list(1, &NUMBER_POINT)]);
static HISTOGRAM: Schema = message(2, &[list(1, &HISTOGRAM_POINT)]);
static EXPONENTIAL: Schema = message(2, &[list(1, &EXPONENTIAL_POINT)]);
static SUMMARY: Schema = message(1, &[list(1, &SUMMARY_POINT)]);
static NUMBER_POINT: Schema = message(8, &[list(5, &EXEMPLAR), list(7, &KEY_VALUE)]);
static HISTOGRAM_POINT: Schema = Schema {
    known_max: 12,
    messages: &[list(8, &EXEMPLAR), list(9, &KEY_VALUE)],
    last_wins: false,
    numbers: &[(6, Width::Eight), (7, Width::Eight)],
};
static EXPONENTIAL_POINT: Schema =
    message(14, &[list(1, &KEY_VALUE), one(8, &BUCKETS), one(9, &BUCKETS), list(11, &EXEMPLAR)]);
static BUCKETS: Schema =
    Schema { known_max: 2, messages: &[], last_wins: false, numbers: &[(2, Width::Varint)] };
static SUMMARY_POINT: Schema = message(8, &[list(6, &QUANTILE), list(7, &KEY_VALUE)]);
static QUANTILE: Schema = message(2, &[]);
static EXEMPLAR: Schema = message(7, &[list(7, &KEY_VALUE)]);
static LOGS: Schema = message(1, &[list(1, &RESOURCE_LOGS)]);
static RESOURCE_LOGS: Schema = message(3, &[one(1, &RESOURCE), list(2, &SCOPE_LOGS)]);
static SCOPE_LOGS: Schema = message(3, &[one(1, &SCOPE), list(2, &LOG)]);
static LOG: Schema = message(12, &[one(5, &ANY_VALUE), list(6, &KEY_VALUE)]);
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
static ENTITY_REF: Schema = Schema { known_max: 4, messages: &[], last_wins: false, numbers: &[] };
