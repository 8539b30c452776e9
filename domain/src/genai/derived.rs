//! Values that columns receive and no attribute has: made of one, or out of the JSON in one.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::form::{nearest_double, whole};
use super::{Cell, Kind};

/// A value of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Derived {
    Text(Cow<'static, str>),
    Texts(Vec<String>),
    Int(i64),
    Double(f64),
    Bool(bool),
}

impl Derived {
    /// `text`, for a column of another kind than text; nothing when it says no such value.
    pub(super) fn of_text(kind: Kind, text: &str) -> Option<Self> {
        match kind {
            Kind::Int => text.trim().parse().ok().map(Self::Int),
            Kind::Double | Kind::Money => {
                text.trim().parse().ok().filter(|it: &f64| it.is_finite()).map(Self::Double)
            }
            Kind::Bool if text.eq_ignore_ascii_case("true") => Some(Self::Bool(true)),
            Kind::Bool if text.eq_ignore_ascii_case("false") => Some(Self::Bool(false)),
            Kind::TextArray if text.starts_with('[') => serde_json::from_str(text)
                .ok()
                .filter(|it: &Vec<_>| !it.is_empty())
                .map(Self::Texts),
            Kind::TextArray if !text.is_empty() => Some(Self::Texts(vec![text.to_owned()])),
            _ => None,
        }
    }

    /// `json`, for a column of `kind`; nothing when it is no valid value of it.
    pub(super) fn of_json(kind: Kind, json: &Json) -> Option<Self> {
        match (kind, json) {
            (Kind::Text | Kind::Json, Json::String(text)) if !text.is_empty() => {
                Some(Self::Text(text.clone().into()))
            }
            (Kind::Text, Json::Number(number)) => Some(Self::Text(number.to_string().into())),
            (Kind::Json, Json::Array(_) | Json::Object(_)) => {
                Some(Self::Text(json.to_string().into()))
            }
            (Kind::Int, Json::Number(number)) => {
                number.as_i64().or_else(|| whole(number.as_f64()?)).map(Self::Int)
            }
            (Kind::Double | Kind::Money, Json::Number(number)) => {
                number.as_i64().map(nearest_double).or_else(|| number.as_f64()).map(Self::Double)
            }
            (Kind::Bool, Json::Bool(truth)) => Some(Self::Bool(*truth)),
            (Kind::TextArray, Json::Array(items)) if !items.is_empty() => {
                let texts = items.iter().map(|it| it.as_str().map(ToOwned::to_owned));
                texts.collect::<Option<_>>().map(Self::Texts)
            }
            (_, Json::String(text)) => Self::of_text(kind, text),
            _ => None,
        }
    }

    pub(super) fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text),
            Self::Texts(texts) => Cell::Strings(texts),
            Self::Int(number) => Cell::Int(*number),
            Self::Double(number) => Cell::Double(*number),
            Self::Bool(truth) => Cell::Bool(*truth),
        }
    }
}
