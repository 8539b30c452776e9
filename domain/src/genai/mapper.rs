//! Applies the table of names to the attributes of one span.

use super::{COLUMNS, Column, Kind, source_of};
use crate::record::{Attribute, Value};

/// What a column receives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    #[default]
    Null,
    /// A text. May hold U+0000, which the writer replaces: then it was not promoted.
    Text(&'a str),
    /// A structured value, to be written as JSON.
    Json(Value<'a>),
    /// Texts.
    Texts(&'a [Value<'a>]),
    /// One text, as an array of one.
    OneText(&'a str),
    /// A number.
    Int(i64),
    /// A double.
    Double(f64),
    /// A truth value.
    Bool(bool),
}

/// An attribute that left the remainder for its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promoted {
    /// The source's number.
    pub source: u16,
    /// Whether a structured value was written as JSON: on the way back it is parsed again.
    pub structured: bool,
}

/// The state of mapping one span; kept from span to span for its memory.
#[derive(Debug)]
pub struct Mapper {
    chosen: [Option<Choice>; COLUMNS],
    remainder: Vec<u32>,
    promoted: Vec<Promoted>,
    /// One bit for each source met, to notice a repeated name.
    seen: [u64; SEEN_WORDS],
    repeats: bool,
}

/// Room for 512 sources.
const SEEN_WORDS: usize = 8;

#[derive(Clone, Copy, Debug)]
struct Choice {
    attribute: u32,
    source: u16,
    rank: u8,
    fit: Fit,
}

/// How a value fits its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// The column keeps it unchanged.
    Exact,
    /// The column keeps it unchanged, as JSON.
    Structured,
    /// The column shows it, but could not give it back.
    Informs,
}

impl Default for Mapper {
    fn default() -> Self {
        Self {
            chosen: [None; COLUMNS],
            remainder: Vec::new(),
            promoted: Vec::new(),
            seen: [0; SEEN_WORDS],
            repeats: false,
        }
    }
}

impl Mapper {
    /// Chooses, for each column, the attribute that fills it.
    pub fn map(&mut self, attributes: &[Attribute<'_>]) {
        self.chosen = [None; COLUMNS];
        self.remainder.clear();
        self.promoted.clear();
        self.seen = [0; SEEN_WORDS];
        self.repeats = false;
        for (index, attribute) in (0_u32..).zip(attributes) {
            if let Some(loser) = self.offer(index, attribute) {
                self.remainder.push(loser);
            }
        }
        self.promoted.extend(self.chosen.iter().flatten().copied().filter_map(Choice::promoted));
    }

    /// The value of `column`, from the attributes last mapped.
    #[must_use]
    pub fn cell<'a>(&self, column: Column, attributes: &[Attribute<'a>]) -> Cell<'a> {
        let Some(Some(choice)) = self.chosen.get(column as usize) else { return Cell::Null };
        let attribute = usize::try_from(choice.attribute).ok().and_then(|it| attributes.get(it));
        attribute.map_or(Cell::Null, |it| cell(column.kind(), it.value))
    }

    /// Indexes of the attributes that stay attributes. Not in order.
    #[must_use]
    pub fn remainder(&self) -> &[u32] {
        &self.remainder
    }

    /// The attributes that left for their columns.
    #[must_use]
    pub fn promoted(&self) -> &[Promoted] {
        &self.promoted
    }

    /// Whether a name that fills a column was sent more than once.
    #[must_use]
    pub const fn repeats(&self) -> bool {
        self.repeats
    }

    fn note(&mut self, source: u16) {
        let bit = 1_u64 << (source % 64);
        if let Some(word) = self.seen.get_mut(usize::from(source / 64)) {
            self.repeats |= *word & bit != 0;
            *word |= bit;
        }
    }

    /// Offers an attribute to its column; returns the one that goes to the remainder, if any.
    fn offer(&mut self, index: u32, attribute: &Attribute<'_>) -> Option<u32> {
        let Some(source) = source_of(attribute.key) else { return Some(index) };
        self.note(source.id);
        let Some(fit) = fit(source.column.kind(), attribute.value) else { return Some(index) };
        let slot = self.chosen.get_mut(source.column as usize)?;
        let choice = Choice { attribute: index, source: source.id, rank: source.rank, fit };
        match slot {
            // A repeated key: the first stays, the second goes to the remainder, which shows it.
            Some(held) if held.rank <= choice.rank => Some(index),
            _ => {
                let loser = slot.replace(choice).filter(|it| it.fit != Fit::Informs);
                if choice.fit == Fit::Informs {
                    self.remainder.push(index);
                }
                loser.map(|it| it.attribute)
            }
        }
    }
}

impl Choice {
    fn promoted(self) -> Option<Promoted> {
        let structured = self.fit == Fit::Structured;
        (self.fit != Fit::Informs).then_some(Promoted { source: self.source, structured })
    }
}

/// How `value` fits a column of `kind`; nothing when it is no valid value of the column.
fn fit(kind: Kind, value: Value<'_>) -> Option<Fit> {
    match (kind, value) {
        (Kind::Text | Kind::Json, Value::Str(text)) => Some(text_fit(text)),
        (Kind::Json, Value::List(_) | Value::Map(_)) => Some(Fit::Structured),
        (Kind::TextArray, Value::List(items)) => texts_fit(items),
        (Kind::TextArray, Value::Str(_)) | (Kind::Double, Value::Int(_)) => Some(Fit::Informs),
        (Kind::Int, Value::Double(number)) => whole(number).map(|_| Fit::Informs),
        (Kind::Int, Value::Int(_))
        | (Kind::Double, Value::Double(_))
        | (Kind::Bool, Value::Bool(_)) => Some(Fit::Exact),
        _ => None,
    }
}

/// The cell that `value` makes in a column of `kind` that it fits. Cheaper than [`fit`], which reads
/// texts to their end.
fn cell(kind: Kind, value: Value<'_>) -> Cell<'_> {
    match (kind, value) {
        (Kind::Text | Kind::Json, Value::Str(text)) => Cell::Text(text),
        (Kind::Json, Value::List(_) | Value::Map(_)) => Cell::Json(value),
        (Kind::TextArray, Value::List(items)) => Cell::Texts(items),
        (Kind::TextArray, Value::Str(text)) => Cell::OneText(text),
        (Kind::Int, Value::Int(number)) => Cell::Int(number),
        (Kind::Int, Value::Double(number)) => whole(number).map_or(Cell::Null, Cell::Int),
        (Kind::Double, Value::Double(number)) => Cell::Double(number),
        (Kind::Double, Value::Int(number)) => Cell::Double(nearest_double(number)),
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
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53, as just checked")]
    (number.fract().abs() < f64::MIN_POSITIVE && number.abs() <= EXACT).then_some(number as i64)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "it informs the column; the exact value stays an attribute"
)]
const fn nearest_double(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute<'a>(key: &'a str, value: Value<'a>) -> Attribute<'a> {
        Attribute { key, value }
    }

    fn mapped(attributes: &[Attribute<'_>]) -> Mapper {
        let mut mapper = Mapper::default();
        mapper.map(attributes);
        mapper
    }

    #[test]
    fn an_attribute_whose_column_keeps_it_unchanged_leaves_the_remainder() {
        let attributes = [
            attribute("gen_ai.request.model", Value::Str("gpt-4o")),
            attribute("http.method", Value::Str("POST")),
            attribute("gen_ai.usage.input_tokens", Value::Int(12)),
        ];
        let mapper = mapped(&attributes);
        assert_eq!(mapper.remainder(), [1]);
        assert_eq!(mapper.cell(Column::RequestModel, &attributes), Cell::Text("gpt-4o"));
        assert_eq!(mapper.cell(Column::InputTokens, &attributes), Cell::Int(12));
        assert_eq!(mapper.promoted().iter().map(|it| it.source).collect::<Vec<_>>(), [3, 7]);
    }

    #[test]
    fn a_value_of_another_kind_informs_its_column_and_stays_an_attribute() {
        let attributes = [
            attribute("gen_ai.request.temperature", Value::Int(1)),
            attribute("gen_ai.request.max_tokens", Value::Double(256.0)),
            attribute("gen_ai.response.finish_reasons", Value::Str("stop")),
            attribute("gen_ai.request.model", Value::Str("nul\0")),
            attribute("gen_ai.request.top_p", Value::Str("high")),
        ];
        let mapper = mapped(&attributes);
        assert_eq!(mapper.remainder(), [0, 1, 2, 3, 4]);
        assert!(mapper.promoted().is_empty());
        assert_eq!(mapper.cell(Column::Temperature, &attributes), Cell::Double(1.0));
        assert_eq!(mapper.cell(Column::MaxTokens, &attributes), Cell::Int(256));
        assert_eq!(mapper.cell(Column::FinishReasons, &attributes), Cell::OneText("stop"));
        assert_eq!(mapper.cell(Column::TopP, &attributes), Cell::Null);
    }

    #[test]
    fn the_lower_rank_wins_whichever_comes_first() {
        let new = attribute("openai.response.service_tier", Value::Str("default"));
        let old = attribute("openai.request.service_tier", Value::Str("auto"));
        for attributes in [[new, old], [old, new]] {
            let mapper = mapped(&attributes);
            assert_eq!(mapper.cell(Column::ServiceTier, &attributes), Cell::Text("default"));
            assert_eq!(mapper.remainder().len(), 1);
            let left = attributes[usize::try_from(mapper.remainder()[0]).unwrap()];
            assert_eq!(left, old);
        }
    }

    #[test]
    fn a_repeated_name_is_noticed_whether_or_not_its_values_fit() {
        let once = attribute("gen_ai.usage.input_tokens", Value::Int(1));
        let unfit = attribute("gen_ai.usage.input_tokens", Value::Str("1"));
        assert!(!mapped(&[once]).repeats());
        assert!(mapped(&[once, once]).repeats() && mapped(&[unfit, once]).repeats());
    }

    #[test]
    fn messages_are_kept_as_text_or_as_json() {
        let parts = [Value::Str("hello")];
        let attributes = [
            attribute("gen_ai.input.messages", Value::Str("[]")),
            attribute("gen_ai.output.messages", Value::List(&parts)),
        ];
        let mapper = mapped(&attributes);
        assert!(mapper.remainder().is_empty());
        assert_eq!(mapper.cell(Column::InputMessages, &attributes), Cell::Text("[]"));
        assert_eq!(
            mapper.cell(Column::OutputMessages, &attributes),
            Cell::Json(Value::List(&parts))
        );
        assert!(mapper.promoted()[1].structured && !mapper.promoted()[0].structured);
    }

    proptest! {
        #[test]
        fn every_attribute_is_either_promoted_or_in_the_remainder(
            picks in prop::collection::vec((0..=super::super::names::ALL.len(), 0_u8..6), 0..60),
        ) {
            let texts = [Value::Str("a"), Value::Str("b")];
            let attributes: Vec<_> = picks.iter().map(|&(name, kind)| {
                let id = u16::try_from(name).unwrap();
                let value = match kind {
                    0 => Value::Str("x"),
                    1 => Value::Int(3),
                    2 => Value::Double(0.5),
                    3 => Value::Bool(true),
                    4 => Value::List(&texts),
                    _ => Value::Empty,
                };
                attribute(super::super::name_of(id).unwrap_or("other"), value)
            }).collect();
            let mapper = mapped(&attributes);
            let mut left = mapper.remainder().to_vec();
            left.sort_unstable();
            left.dedup();
            prop_assert_eq!(left.len(), mapper.remainder().len());
            prop_assert_eq!(left.len() + mapper.promoted().len(), attributes.len());
        }
    }
}
