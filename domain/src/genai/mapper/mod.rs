//! Applies the table of names to one span: [`Mapper::map`] tells the stages, `stages` holds them.

mod stages;
#[cfg(test)]
mod tests;

use super::derived::Derived;
use super::form::{self, Fit, Read};
use super::names::Use;
use super::{COLUMNS, CallKind, Column, Emitter, Form, Normalized, Source};
use crate::record::{Attribute, SpanView, Value};

/// What a column receives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    #[default]
    Null,
    /// A text. May hold U+0000, which the writer replaces: then it was not promoted.
    Text(&'a str),
    /// A number, for a column of texts.
    Number(i64),
    /// A structured value, to be written as JSON.
    Json(Value<'a>),
    /// Texts.
    Texts(&'a [Value<'a>]),
    /// Texts that no attribute has as such.
    Strings(&'a [String]),
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
    derived: Vec<Derived>,
    /// Uses that wait until the span's operation is known.
    waiting: Vec<(u32, &'static Source, Use)>,
    remainder: Vec<u32>,
    promoted: Vec<Promoted>,
    /// One bit for each source met, to notice a repeated name.
    seen: [u64; SEEN_WORDS],
    repeats: bool,
    flat_input: bool,
    flat_output: bool,
    call: Option<CallKind>,
    emitter: Option<Emitter>,
    usage: Normalized,
}

/// Room for 512 sources.
const SEEN_WORDS: usize = 8;

#[derive(Clone, Copy, Debug)]
struct Choice {
    rank: u8,
    from: From,
}

/// Where a column's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// An attribute, which its column keeps.
    Kept { attribute: u32, promoted: Promoted },
    /// An attribute, which stays one.
    Shown { attribute: u32 },
    /// One of the derived values.
    Derived { index: usize },
}

impl Default for Mapper {
    fn default() -> Self {
        Self {
            chosen: [None; COLUMNS],
            derived: Vec::new(),
            waiting: Vec::new(),
            remainder: Vec::new(),
            promoted: Vec::new(),
            seen: [0; SEEN_WORDS],
            repeats: false,
            flat_input: false,
            flat_output: false,
            call: None,
            emitter: None,
            usage: Normalized::default(),
        }
    }
}

impl Mapper {
    /// Chooses, for each column, what fills it.
    pub fn map(&mut self, span: &SpanView<'_>) {
        self.clear();
        for (index, attribute) in (0_u32..).zip(span.attributes) {
            self.attribute(index, attribute, span);
        }
        self.named(span);
        self.waiting(span);
        self.reasons_of_messages(span);
        self.events(span);
        self.part(span.attributes.len());
        self.conclude(span);
    }

    /// The value of `column`, from the span last mapped.
    #[must_use]
    pub fn cell<'a>(&'a self, column: Column, attributes: &'a [Attribute<'a>]) -> Cell<'a> {
        let attribute = match self.choice(column).map(|it| it.from) {
            None => return Cell::Null,
            Some(From::Derived { index }) => {
                return self.derived.get(index).map_or(Cell::Null, Derived::cell);
            }
            Some(From::Kept { attribute, .. } | From::Shown { attribute }) => attribute,
        };
        let attribute = usize::try_from(attribute).ok().and_then(|it| attributes.get(it));
        attribute.map_or(Cell::Null, |it| form::cell(column.kind(), it.value))
    }

    /// Indexes of the attributes that stay attributes, in order.
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

    /// What kind of call the span is; nothing when it is none.
    #[must_use]
    pub const fn call(&self) -> Option<CallKind> {
        self.call
    }

    /// Who tells of the call; nothing when it is none.
    #[must_use]
    pub const fn emitter(&self) -> Option<Emitter> {
        self.emitter
    }

    /// The span's tokens, in one meaning for all senders.
    #[must_use]
    pub const fn usage(&self) -> &Normalized {
        &self.usage
    }
}

/// The steps of a stage.
impl Mapper {
    fn choice(&self, column: Column) -> Option<Choice> {
        self.chosen.get(column as usize).copied().flatten()
    }

    fn text<'a>(&'a self, column: Column, attributes: &'a [Attribute<'a>]) -> Option<&'a str> {
        match self.cell(column, attributes) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    fn note(&mut self, source: u16) {
        let bit = 1_u64 << (source % 64);
        if let Some(word) = self.seen.get_mut(usize::from(source / 64)) {
            self.repeats |= *word & bit != 0;
            *word |= bit;
        }
    }

    /// Offers an attribute to a column: as its own where `first`, else for show.
    fn offer(
        &mut self,
        attribute_index: u32,
        attribute: &Attribute<'_>,
        source: &Source,
        (first, it): (bool, &Use),
        span: &SpanView<'_>,
    ) {
        // A repeated key: the first stays, the second goes to the remainder, which shows it.
        if self.choice(it.column).is_some_and(|held| held.rank <= it.rank) {
            return;
        }
        if it.form == Form::ClaudeCode && !span.name.starts_with("claude_code.") {
            return;
        }
        let structured = match it.form.read(it.column.kind(), attribute.value, span.start) {
            None => return,
            Some(Read::Derived(derived)) => return self.derive(it.column, it.rank, derived),
            Some(Read::Itself(fit)) if first && it.column.is_kept() && fit != Fit::Informs => {
                fit == Fit::Structured
            }
            Some(Read::Itself(_)) => {
                return self.choose(it.column, it.rank, From::Shown { attribute: attribute_index });
            }
        };
        let promoted = Promoted { source: source.id, structured };
        self.choose(it.column, it.rank, From::Kept { attribute: attribute_index, promoted });
    }

    fn derive(&mut self, column: Column, rank: u8, derived: Derived) {
        if self.choice(column).is_none_or(|held| rank < held.rank) {
            let index = self.derived.len();
            self.derived.push(derived);
            self.choose(column, rank, From::Derived { index });
        }
    }

    fn choose(&mut self, column: Column, rank: u8, from: From) {
        if let Some(slot) = self.chosen.get_mut(column as usize) {
            *slot = Some(Choice { rank, from });
        }
    }
}
