//! The stages of mapping a span, in their order.

use super::super::call::Evidence;
use super::super::derived::Derived;
use super::super::flat::{Flat, finish_reason_of};
use super::super::scope::{Emitter, hint};
use super::super::{
    COLUMNS, CallKind, Column, Form, Semantics, Usage, containers, normalize, source_of,
};
use super::{Cell, Choice, From, Mapper, SEEN_WORDS};
use crate::record::{Attribute, SpanView, Value};

/// The ranks of facts that are in no table.
mod rank {
    /// `gen_ai.output.messages[].finish_reason`, and the event `gen_ai.choice`.
    pub(super) const FINISH_REASON_OF_MESSAGES: u8 = 20;
    pub(super) const FINISH_REASON_OF_EVENTS: u8 = 21;
    /// `exception.type` of a span's event.
    pub(super) const EXCEPTION: u8 = 35;
    /// What is worth less than messages that were flattened.
    pub(super) const BEHIND_FLAT_MESSAGES: u8 = 30;
    /// `gen_ai.completion.<choice>.finish_reason`.
    pub(super) const FINISH_REASON_OF_FLAT: u8 = 42;
    /// What the span's name tells.
    pub(super) const NAME: u8 = 95;
}

/// OTLP's `STATUS_CODE_ERROR`.
const STATUS_ERROR: i32 = 2;

impl Mapper {
    pub(super) fn clear(&mut self) {
        self.chosen = [None; COLUMNS];
        self.derived.clear();
        self.waiting.clear();
        self.remainder.clear();
        self.promoted.clear();
        self.seen = [0; SEEN_WORDS];
        (self.repeats, self.flat_input, self.flat_output) = (false, false, false);
    }

    pub(super) fn attribute(&mut self, index: u32, attribute: &Attribute<'_>, span: &SpanView<'_>) {
        let Some(source) = source_of(attribute.key) else { return self.unnamed(attribute) };
        self.note(source.id);
        for (place, it) in [source.first()].iter().chain(source.also).enumerate() {
            if it.form.waits() {
                self.waiting.push((index, source, *it));
            } else {
                self.offer(index, attribute, source, (place == 0, it), span);
            }
        }
    }

    /// Attributes that no line of the table names: containers and parts of messages.
    fn unnamed(&mut self, attribute: &Attribute<'_>) {
        match Flat::of(attribute.key) {
            Some(Flat::Input) => self.flat_input = true,
            Some(Flat::Output) => {
                self.flat_output = true;
                self.flat_reason(attribute);
            }
            None => {
                let Value::Str(text) = attribute.value else { return };
                for (column, rank, derived) in containers::container(attribute.key)
                    .map_or_else(Vec::new, |members| containers::facts(members, text))
                {
                    self.derive(column, rank, derived);
                }
            }
        }
    }

    fn flat_reason(&mut self, attribute: &Attribute<'_>) {
        let Value::Str(reason) = attribute.value else { return };
        if finish_reason_of(attribute.key).is_none() || reason.is_empty() {
            return;
        }
        // Choices are sent in their order.
        let held = self.choice(Column::FinishReasons);
        if let Some(Choice { rank: rank::FINISH_REASON_OF_FLAT, from: From::Derived { index } }) =
            held
            && let Some(Derived::Texts(reasons)) = self.derived.get_mut(index)
        {
            return reasons.push(reason.to_owned());
        }
        let reasons = Derived::Texts(vec![reason.to_owned()]);
        self.derive(Column::FinishReasons, rank::FINISH_REASON_OF_FLAT, reasons);
    }

    /// What the span's name tells, of few scopes.
    pub(super) fn named(&mut self, span: &SpanView<'_>) {
        let Some(hint) = hint(span.scope.name, span.name) else { return };
        let facts = [
            (Column::OperationName, hint.operation),
            (Column::ProviderName, hint.provider),
            (Column::RequestModel, hint.model),
        ];
        for (column, fact) in facts {
            if let Some(fact) = fact {
                self.derive(column, rank::NAME, Derived::Text(fact.to_owned().into()));
            }
        }
        let answered = span.status.is_none_or(|it| it.code != STATUS_ERROR);
        if hint.names_answering_model
            && answered
            && let Some(model) = self.text(Column::RequestModel, span.attributes)
        {
            let model = Derived::Text(model.to_owned().into());
            self.derive(Column::ResponseModel, rank::NAME, model);
        }
    }

    /// What depends on the span's operation.
    pub(super) fn waiting(&mut self, span: &SpanView<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        let operation = self.text(Column::OperationName, span.attributes);
        let (tool, agent) = (operation == Some("execute_tool"), operation == Some("invoke_agent"));
        let call = CallKind::of(operation, Evidence::ModelAndTokens).is_some();
        let waiting = std::mem::take(&mut self.waiting);
        for (index, source, it) in &waiting {
            let applies = match it.form {
                Form::OfTools => tool,
                Form::OfAgents => agent,
                Form::OfCalls | Form::IdOfAnswer => call,
                _ => !tool,
            };
            let attribute = usize::try_from(*index).ok().and_then(|it| span.attributes.get(it));
            let behind = match it.column {
                Column::InputMessages => self.flat_input,
                Column::OutputMessages => self.flat_output,
                _ => false,
            };
            let hidden = behind && it.rank >= rank::BEHIND_FLAT_MESSAGES;
            if let Some(attribute) = attribute.filter(|_| applies && !hidden) {
                self.offer(*index, attribute, source, (*it == source.first(), it), span);
            }
        }
        self.waiting = waiting;
    }

    /// Looked for only where nothing else told: it means reading the messages.
    pub(super) fn reasons_of_messages(&mut self, span: &SpanView<'_>) {
        if self.choice(Column::FinishReasons).is_some() {
            return;
        }
        let reasons = match self.cell(Column::OutputMessages, span.attributes) {
            Cell::Text(text) if text.starts_with('[') => serde_json::from_str(text)
                .map_or_else(|_| Vec::new(), |it: Vec<_>| reasons_of_json(&it)),
            Cell::Json(Value::List(messages)) => messages.iter().filter_map(reason_of).collect(),
            _ => return,
        };
        if !reasons.is_empty() {
            let reasons = Derived::Texts(reasons);
            self.derive(Column::FinishReasons, rank::FINISH_REASON_OF_MESSAGES, reasons);
        }
    }

    pub(super) fn events(&mut self, span: &SpanView<'_>) {
        for event in span.events {
            let (column, key, rank) = match event.name {
                "exception" => (Column::ErrorType, "exception.type", rank::EXCEPTION),
                "gen_ai.choice" => {
                    (Column::FinishReasons, "finish_reason", rank::FINISH_REASON_OF_EVENTS)
                }
                _ => continue,
            };
            let found = event.attributes.iter().find(|it| it.key == key);
            let Some(text) = found.and_then(|it| it.value.as_str()) else { continue };
            let derived = match column {
                Column::FinishReasons => Derived::Texts(vec![text.to_owned()]),
                _ => Derived::Text(text.to_owned().into()),
            };
            self.derive(column, rank, derived);
        }
    }

    /// Parts the attributes into those that left and those that stay.
    pub(super) fn part(&mut self, attributes: usize) {
        let mut left = std::mem::take(&mut self.remainder);
        for choice in self.chosen.iter().flatten() {
            if let From::Kept { attribute, promoted } = choice.from {
                left.push(attribute);
                self.promoted.push(promoted);
            }
        }
        left.sort_unstable();
        let promoted = left.len();
        let mut gone = 0;
        for index in (0_u32..).take(attributes) {
            if left.get(gone) == Some(&index) && gone < promoted {
                gone += 1;
            } else {
                left.push(index);
            }
        }
        left.drain(..promoted);
        self.remainder = left;
    }

    /// What follows from the columns.
    pub(super) fn conclude(&mut self, span: &SpanView<'_>) {
        let attributes = span.attributes;
        let tokens = |column| match self.cell(column, attributes) {
            Cell::Int(tokens) => Some(tokens),
            _ => None,
        };
        let sent = Usage {
            input: tokens(Column::InputTokens),
            output: tokens(Column::OutputTokens),
            total: tokens(Column::TotalTokens),
            cache_read: tokens(Column::CacheReadTokens),
            cache_write: tokens(Column::CacheWriteTokens),
            reasoning: tokens(Column::ReasoningTokens),
        };
        let model = [Column::RequestModel, Column::ResponseModel];
        let told = model.iter().any(|it| self.choice(*it).is_some())
            && (sent.input.is_some() || sent.output.is_some());
        let evidence = if told { Evidence::ModelAndTokens } else { Evidence::None };
        let call = CallKind::of(self.text(Column::OperationName, attributes), evidence);
        let usage = normalize(&sent, self.known_semantics(span));
        (self.call, self.usage) = (call, usage);
        self.emitter = call.map(|_| Emitter::of(span.scope.name));
    }

    /// Senders that are known to leave the cache out of the input.
    fn known_semantics(&self, span: &SpanView<'_>) -> Option<Semantics> {
        // Langfuse's own names of usage add up.
        let langfuse = self.choice(Column::InputTokens).is_some_and(|it| it.rank == 0);
        let openlit = span.scope.name.starts_with("openlit")
            && self.text(Column::ProviderName, span.attributes) == Some("anthropic");
        (langfuse || openlit).then_some(Semantics::Exclusive)
    }
}

fn reasons_of_json(messages: &[serde_json::Value]) -> Vec<String> {
    let reason = |it: &serde_json::Value| it.get("finish_reason")?.as_str().map(ToOwned::to_owned);
    messages.iter().filter_map(reason).collect()
}

fn reason_of(message: &Value<'_>) -> Option<String> {
    let Value::Map(members) = message else { return None };
    members.iter().find(|it| it.key == "finish_reason")?.value.as_str().map(ToOwned::to_owned)
}
