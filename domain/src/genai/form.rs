//! How an attribute's value is read for its column.

use super::derived::Derived;
use super::{Cell, Kind, words};
use crate::record::Value;
use crate::time::UnixNanos;

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Kept,
    /// A word of another vocabulary, for an operation.
    Operation,
    /// A provider, perhaps by another name.
    Provider,
    /// Up to the first dot: a provider, by the name of Vercel's class.
    UpToDot,
    /// Milliseconds, for seconds.
    Millis,
    /// A time, for the seconds since the span's start.
    SinceStart,
    /// A list, for its length.
    Length,
    /// A name that has `stream` in it.
    NamesStream,
    /// Whatever was sent, for what only streams send.
    SentOfStreams,
    /// A text that may stand in quotes.
    Quoted,
    /// The raw answer of a provider, for its first member, the id; where the span is a call of a model.
    IdOfAnswer,
    /// A level: `ERROR` tells of an error without a class.
    ErrorLevel,
    /// Whatever was sent, for the word `json`.
    Json,
    /// As it is, where the span is a tool's.
    OfTools,
    /// As it is, where it is none.
    OutsideTools,
    /// As it is, where the span is a call of a model.
    OfCalls,
    /// As it is, where the span is an agent's.
    OfAgents,
    /// As it is, on the spans of Claude Code.
    ClaudeCode,
}

/// What a form makes of a value.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// The value itself.
    Itself(Fit),
    /// Something else.
    Derived(Derived),
}

/// How a value fits its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// The column keeps it unchanged.
    Exact,
    /// The column keeps it unchanged, as JSON.
    Structured,
    /// The column shows it, but could not give it back.
    Informs,
}

impl Form {
    /// Whether it can only be read once the span's operation is known.
    pub(super) const fn waits(self) -> bool {
        matches!(
            self,
            Self::OfTools | Self::OutsideTools | Self::OfAgents | Self::OfCalls | Self::IdOfAnswer
        )
    }

    /// Reads `value` for a column of `kind`; nothing when it is no valid value of it.
    pub(super) fn read(self, kind: Kind, value: Value<'_>, start: UnixNanos) -> Option<Read> {
        let derived = match self {
            Self::Provider => match words::provider(value.as_str()?) {
                Some(name) => Derived::Text(name.into()),
                None => return kept(kind, value),
            },
            Self::Operation => Derived::Text(words::operation(value.as_str()?)?.into()),
            Self::UpToDot => {
                let name = value.as_str()?.split('.').next()?;
                match words::provider(name) {
                    Some(known) => Derived::Text(known.into()),
                    None => Derived::Text(name.to_owned().into()),
                }
            }
            Self::Millis => Derived::Double(number(value)? / 1000.0),
            Self::SinceStart => Derived::Double(seconds_since(value.as_str()?, start)?),
            Self::Length => Derived::Int(length(value)?),
            Self::NamesStream => Derived::Bool(value.as_str()?.contains("stream")),
            Self::SentOfStreams => Derived::Bool(true),
            Self::Quoted => {
                let text = value.as_str()?.trim_matches('"');
                Derived::of_text(kind, text)?
            }
            Self::IdOfAnswer => Derived::Text(first_id(value.as_str()?)?.to_owned().into()),
            Self::ErrorLevel => {
                value.as_str().filter(|it| *it == "ERROR")?;
                Derived::Text("error".into())
            }
            Self::Json => Derived::Text("json".into()),
            Self::Kept
            | Self::OfTools
            | Self::OutsideTools
            | Self::OfAgents
            | Self::OfCalls
            | Self::ClaudeCode => {
                return kept(kind, value);
            }
        };
        Some(Read::Derived(derived))
    }
}

fn kept(kind: Kind, value: Value<'_>) -> Option<Read> {
    if let Some(fit) = fit(kind, value) {
        return Some(Read::Itself(fit));
    }
    // Some send numbers, truth values and lists as text.
    Derived::of_text(kind, value.as_str()?).map(Read::Derived)
}

/// How `value` fits a column of `kind`; nothing when it is no valid value of the column.
fn fit(kind: Kind, value: Value<'_>) -> Option<Fit> {
    match (kind, value) {
        // An empty text says nothing: the next source may say something.
        (Kind::Text | Kind::Json, Value::Str("")) => None,
        (Kind::Text | Kind::Json, Value::Str(text)) => Some(text_fit(text)),
        (Kind::Json, Value::List(_) | Value::Map(_)) => Some(Fit::Structured),
        (Kind::TextArray, Value::List(items)) => texts_fit(items),
        (Kind::Text | Kind::Double | Kind::Money, Value::Int(_))
        | (Kind::Money, Value::Double(_)) => Some(Fit::Informs),
        (Kind::Int, Value::Double(number)) => whole(number).map(|_| Fit::Informs),
        (Kind::Int, Value::Int(_))
        | (Kind::Double, Value::Double(_))
        | (Kind::Bool, Value::Bool(_)) => Some(Fit::Exact),
        _ => None,
    }
}

/// The cell that `value` makes in a column of `kind` that it fits. Cheaper than [`fit`], which reads
/// texts to their end.
pub(super) fn cell(kind: Kind, value: Value<'_>) -> Cell<'_> {
    match (kind, value) {
        (Kind::Text | Kind::Json, Value::Str(text)) => Cell::Text(text),
        (Kind::Text, Value::Int(number)) => Cell::Number(number),
        (Kind::Json, Value::List(_) | Value::Map(_)) => Cell::Json(value),
        (Kind::TextArray, Value::List(items)) => Cell::Texts(items),
        (Kind::Int, Value::Int(number)) => Cell::Int(number),
        (Kind::Int, Value::Double(number)) => whole(number).map_or(Cell::Null, Cell::Int),
        (Kind::Double | Kind::Money, Value::Double(number)) => Cell::Double(number),
        (Kind::Double | Kind::Money, Value::Int(number)) => Cell::Double(nearest_double(number)),
        (Kind::Bool, Value::Bool(truth)) => Cell::Bool(truth),
        _ => Cell::Null,
    }
}

/// PostgreSQL's text holds everything but U+0000.
fn text_fit(text: &str) -> Fit {
    if text.as_bytes().contains(&0) { Fit::Informs } else { Fit::Exact }
}

/// The least fit of the items, or nothing when one is no text or there is none.
fn texts_fit(items: &[Value<'_>]) -> Option<Fit> {
    let mut worst = None;
    for item in items {
        let fit = text_fit(item.as_str()?);
        worst = if worst == Some(Fit::Informs) { worst } else { Some(fit) };
    }
    worst
}

/// `number` as an integer, when it is one that a double holds exactly.
pub(super) fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53, as just checked")]
    (number.fract().abs() < f64::MIN_POSITIVE && number.abs() <= EXACT).then_some(number as i64)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "it informs the column; the exact value stays an attribute"
)]
pub(super) const fn nearest_double(number: i64) -> f64 {
    number as f64
}

fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(nearest_double(number)),
        Value::Double(number) => Some(number),
        Value::Str(text) => text.parse().ok(),
        _ => None,
    }
    .filter(|it| it.is_finite())
}

fn length(value: Value<'_>) -> Option<i64> {
    let length = match value {
        Value::List(items) => items.len(),
        Value::Str(text) => serde_json::from_str::<Vec<serde::de::IgnoredAny>>(text).ok()?.len(),
        _ => return None,
    };
    i64::try_from(length).ok()
}

/// The id with which a JSON object begins. Answers are large: they are not parsed for it.
fn first_id(answer: &str) -> Option<&str> {
    let rest = answer.trim_start().strip_prefix('{')?.trim_start().strip_prefix("\"id\"")?;
    let id = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let id = id.split('"').next()?;
    (!id.is_empty() && !id.contains('\\')).then_some(id)
}

/// Beyond this it is no time to a first token, but another clock.
const DAY_NANOS: i128 = 86_400_000_000_000;

/// Seconds from `start` to a time in RFC 3339, which may stand in quotes.
fn seconds_since(time: &str, start: UnixNanos) -> Option<f64> {
    let time: jiff::Timestamp = time.trim_matches('"').parse().ok()?;
    let nanos = time.as_nanosecond() - i128::from(start.0);
    let nanos = i64::try_from(nanos).ok().filter(|it| (0..DAY_NANOS).contains(&i128::from(*it)))?;
    Some(nearest_double(nanos) / 1e9)
}
