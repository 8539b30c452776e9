//! Applies the table of names to one span.

use super::call::Evidence;
use super::derived::Derived;
use super::flat::{Flat, finish_reason_of};
use super::form::{self, Fit, Read};
use super::names::Use;
use super::{
    COLUMNS, CallKind, Column, Form, Normalized, Semantics, Source, Usage, containers, normalize,
    source_of,
};
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

    /// The span's tokens, in one meaning for all senders.
    #[must_use]
    pub const fn usage(&self) -> &Normalized {
        &self.usage
    }
}

/// The stages, in their order.
impl Mapper {
    fn clear(&mut self) {
        self.chosen = [None; COLUMNS];
        self.derived.clear();
        self.waiting.clear();
        self.remainder.clear();
        self.promoted.clear();
        self.seen = [0; SEEN_WORDS];
        (self.repeats, self.flat_input, self.flat_output) = (false, false, false);
    }

    fn attribute(&mut self, index: u32, attribute: &Attribute<'_>, span: &SpanView<'_>) {
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

    /// What depends on the span's operation.
    fn waiting(&mut self, span: &SpanView<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        let operation = self.text(Column::OperationName, span.attributes);
        let (tool, agent) = (operation == Some("execute_tool"), operation == Some("invoke_agent"));
        let waiting = std::mem::take(&mut self.waiting);
        for (index, source, it) in &waiting {
            let applies = match it.form {
                Form::OfTools => tool,
                Form::OfAgents => agent,
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
    fn reasons_of_messages(&mut self, span: &SpanView<'_>) {
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

    fn events(&mut self, span: &SpanView<'_>) {
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
    fn part(&mut self, attributes: usize) {
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
    fn conclude(&mut self, span: &SpanView<'_>) {
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

fn reasons_of_json(messages: &[serde_json::Value]) -> Vec<String> {
    let reason = |it: &serde_json::Value| it.get("finish_reason")?.as_str().map(ToOwned::to_owned);
    messages.iter().filter_map(reason).collect()
}

fn reason_of(message: &Value<'_>) -> Option<String> {
    let Value::Map(members) = message else { return None };
    members.iter().find(|it| it.key == "finish_reason")?.value.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::name_of;
    use super::super::names::SOURCES;
    use super::*;
    use crate::record::{EventView, ResourceView, ScopeView};
    use crate::time::UnixNanos;

    fn attribute<'a>(key: &'a str, value: Value<'a>) -> Attribute<'a> {
        Attribute { key, value }
    }

    const RESOURCE: ResourceView<'_> = ResourceView {
        key: 0,
        attributes: &[],
        dropped_attributes_count: 0,
        schema_url: "",
        wire: &[],
        carries_more: false,
    };
    const SCOPE: ScopeView<'_> = ScopeView {
        key: 0,
        name: "",
        version: "",
        attributes: &[],
        dropped_attributes_count: 0,
        schema_url: "",
        wire: &[],
    };

    fn span<'a>(attributes: &'a [Attribute<'a>]) -> SpanView<'a> {
        SpanView {
            resource: &RESOURCE,
            scope: &SCOPE,
            trace_id: &[1; 16],
            span_id: &[1; 8],
            parent_span_id: &[],
            trace_state: "",
            flags: 0,
            name: "",
            kind: 0,
            start: UnixNanos(1_700_000_000_000_000_000),
            end: UnixNanos(1_700_000_001_000_000_000),
            attributes,
            dropped_attributes_count: 0,
            events: &[],
            dropped_events_count: 0,
            links: &[],
            dropped_links_count: 0,
            status: None,
        }
    }

    fn mapped(attributes: &[Attribute<'_>]) -> Mapper {
        let mut mapper = Mapper::default();
        mapper.map(&span(attributes));
        mapper
    }

    /// The text that one attribute, or several, make in a column.
    fn shown(column: Column, attributes: &[Attribute<'_>]) -> String {
        format!("{:?}", mapped(attributes).cell(column, attributes))
    }

    /// Texts as attributes.
    fn texts<const N: usize>(pairs: [(&'static str, &'static str); N]) -> [Attribute<'static>; N] {
        pairs.map(|(key, text)| attribute(key, Value::Str(text)))
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
        let stop = ["stop".to_owned()];
        assert_eq!(mapper.cell(Column::FinishReasons, &attributes), Cell::Strings(&stop));
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

    #[test]
    fn every_name_alone_fills_every_column_that_it_is_for() {
        for source in SOURCES {
            for it in source.also.iter().chain([&source.first()]) {
                let mut attributes = vec![attribute(source.name, example(*it))];
                match it.form {
                    Form::OfTools => {
                        attributes.push(attribute("openinference.span.kind", Value::Str("TOOL")));
                    }
                    Form::OfAgents => {
                        attributes.push(attribute("openinference.span.kind", Value::Str("AGENT")));
                    }
                    _ => {}
                }
                let mut view = span(&attributes);
                view.name = "claude_code.llm_request";
                let mut mapper = Mapper::default();
                mapper.map(&view);
                let cell = mapper.cell(it.column, &attributes);
                assert_ne!(cell, Cell::Null, "{} fills {:?}", source.name, it.column);
            }
        }
    }

    #[test]
    fn the_better_of_two_neighbours_wins_whichever_comes_first() {
        let uses = SOURCES.iter().flat_map(|source| {
            source.also.iter().copied().chain([source.first()]).map(move |it| (source, it))
        });
        let mut uses: Vec<_> = uses.filter(|(_, it)| !it.form.waits()).collect();
        uses.sort_by_key(|(_, it)| (it.column, it.rank));
        for pair in uses.windows(2) {
            let [(better, first), (worse, second)] = pair else { panic!("of two") };
            if first.column != second.column {
                continue;
            }
            let [one, two] = [(better, first), (worse, second)]
                .map(|(source, it)| attribute(source.name, example(*it)));
            let view = |attributes: &[Attribute<'_>]| {
                let mut view = span(attributes);
                view.name = "claude_code.llm_request";
                let mut mapper = Mapper::default();
                mapper.map(&view);
                mapper.choice(first.column).unwrap().rank
            };
            assert_eq!(view(&[one, two]), first.rank, "{} before {}", better.name, worse.name);
            assert_eq!(view(&[two, one]), first.rank, "{} before {}", better.name, worse.name);
        }
    }

    /// A valid value.
    fn example(it: Use) -> Value<'static> {
        const TEXTS: &[Value<'_>] = &[Value::Str("a")];
        match (it.form, it.column.kind()) {
            (Form::Operation, _) => Value::Str("LLM"),
            (Form::NamesStream, _) => Value::Str("ai.streamText.doStream"),
            (Form::Millis, _) => Value::Int(5),
            (Form::SinceStart, _) => Value::Str("\"2023-11-14T22:13:21.5Z\""),
            (Form::Length, _) => Value::Str("[0.1,0.2]"),
            (Form::ErrorLevel, _) => Value::Str("ERROR"),
            (_, super::super::Kind::Text | super::super::Kind::Json) => Value::Str("text"),
            (_, super::super::Kind::TextArray) => Value::List(TEXTS),
            (_, super::super::Kind::Int) => Value::Int(7),
            (_, super::super::Kind::Double | super::super::Kind::Money) => Value::Double(0.5),
            (_, super::super::Kind::Bool) => Value::Bool(true),
        }
    }

    #[test]
    fn words_and_numbers_of_other_dialects_are_read() {
        let cases = [
            (Column::OperationName, "openinference.span.kind", "EMBEDDING", "Text(\"embeddings\")"),
            (Column::OperationName, "traceloop.span.kind", "unknown", "Null"),
            (Column::ProviderName, "gen_ai.system", "az.ai.openai", "Text(\"azure.ai.openai\")"),
            (Column::ProviderName, "gen_ai.system", "acme", "Text(\"acme\")"),
            (Column::ProviderName, "ai.model.provider", "openai.chat", "Text(\"openai\")"),
            (Column::Streaming, "llm.is_streaming", "False", "Bool(false)"),
            (Column::Streaming, "ai.operationId", "ai.embed.doEmbed", "Bool(false)"),
            (
                Column::FinishReasons,
                "llm.response.finish_reason",
                "[\"stop\"]",
                "Strings([\"stop\"])",
            ),
            (Column::MaxTokens, "gen_ai.request.max_tokens", "Infinity", "Null"),
            (Column::InputTokens, "gen_ai.usage.input_tokens", "12", "Int(12)"),
            (Column::TimeToFirstToken, "ai.response.msToFirstChunk", "250", "Double(0.25)"),
            (
                Column::TimeToFirstToken,
                "langfuse.observation.completion_start_time",
                "\"2023-11-14T22:13:20.250Z\"",
                "Double(0.25)",
            ),
            (Column::EmbeddingDimensions, "ai.embedding", "[1,2,3]", "Int(3)"),
            (Column::ErrorType, "langfuse.observation.level", "DEFAULT", "Null"),
            (Column::OutputType, "gen_ai.request.structured_output_schema", "{}", "Text(\"json\")"),
            (Column::RequestModel, "model", "not Claude Code's", "Null"),
            (Column::RequestModel, "gen_ai.request.model", "", "Null"),
        ];
        for (column, key, sent, expected) in cases {
            let attributes = [attribute(key, Value::Str(sent))];
            assert_eq!(shown(column, &attributes), expected, "{key} = {sent}");
        }
    }

    #[test]
    fn an_empty_text_leaves_its_column_to_the_next_source() {
        let attributes = texts([("gen_ai.request.model", ""), ("ai.model.id", "gpt-4o")]);
        assert_eq!(shown(Column::RequestModel, &attributes), "Text(\"gpt-4o\")");
        assert_eq!(mapped(&attributes).remainder(), [0]);
    }

    #[test]
    fn one_attribute_may_inform_two_columns() {
        let attributes = texts([("session.id", "s")]);
        let mapper = mapped(&attributes);
        assert_eq!(mapper.cell(Column::SessionId, &attributes), Cell::Text("s"));
        assert_eq!(mapper.cell(Column::ConversationId, &attributes), Cell::Text("s"));
        assert!(mapper.remainder().is_empty(), "its first column keeps it");
    }

    #[test]
    fn a_tools_input_is_its_arguments() {
        let tool = texts([("input.value", "{}"), ("openinference.span.kind", "TOOL")]);
        assert_eq!(shown(Column::ToolArguments, &tool), "Text(\"{}\")");
        assert_eq!(shown(Column::InputMessages, &tool), "Null");
        let chat = texts([("input.value", "{}"), ("openinference.span.kind", "LLM")]);
        assert_eq!(shown(Column::ToolArguments, &chat), "Null");
        assert_eq!(shown(Column::InputMessages, &chat), "Text(\"{}\")");
        let named = texts([("traceloop.entity.name", "x"), ("traceloop.span.kind", "agent")]);
        assert_eq!(shown(Column::AgentName, &named), "Text(\"x\")");
        assert_eq!(shown(Column::ToolName, &named), "Null");
    }

    #[test]
    fn flattened_messages_come_before_a_generic_input() {
        let attributes = texts([
            ("input.value", "raw"),
            ("llm.input_messages.0.message.role", "user"),
            ("output.value", "raw"),
        ]);
        assert_eq!(shown(Column::InputMessages, &attributes), "Null");
        assert_eq!(shown(Column::OutputMessages, &attributes), "Text(\"raw\")");
    }

    #[test]
    fn facts_packed_into_one_text_are_found() {
        let attributes = texts([(
            "llm.invocation_parameters",
            r#"{"model": "gpt-4o", "temperature": 1, "stop": ["x"], "seed": 7, "stream": true}"#,
        )]);
        assert_eq!(shown(Column::RequestModel, &attributes), "Text(\"gpt-4o\")");
        assert_eq!(shown(Column::Temperature, &attributes), "Double(1.0)");
        assert_eq!(shown(Column::StopSequences, &attributes), "Strings([\"x\"])");
        assert_eq!(shown(Column::Seed, &attributes), "Int(7)");
        assert_eq!(shown(Column::Streaming, &attributes), "Bool(true)");
        assert_eq!(mapped(&attributes).remainder(), [0]);
    }

    #[test]
    fn finish_reasons_are_found_in_messages_and_events() {
        let flat = texts([
            ("gen_ai.completion.0.finish_reason", "stop"),
            ("gen_ai.completion.1.finish_reason", "length"),
        ]);
        assert_eq!(shown(Column::FinishReasons, &flat), "Strings([\"stop\", \"length\"])");
        let json = texts([("gen_ai.output.messages", r#"[{"finish_reason": "stop"}]"#)]);
        assert_eq!(shown(Column::FinishReasons, &json), "Strings([\"stop\"])");
        let reason = [attribute("finish_reason", Value::Str("stop"))];
        let kind = [attribute("exception.type", Value::Str("Timeout"))];
        let events = [
            EventView { name: "gen_ai.choice", attributes: &reason, ..EventView::default() },
            EventView { name: "exception", attributes: &kind, ..EventView::default() },
        ];
        let mut mapper = Mapper::default();
        mapper.map(&SpanView { events: &events, ..span(&[]) });
        let stop = ["stop".to_owned()];
        assert_eq!(mapper.cell(Column::FinishReasons, &[]), Cell::Strings(&stop));
        assert_eq!(mapper.cell(Column::ErrorType, &[]), Cell::Text("Timeout"));
    }

    #[test]
    fn langfuses_usage_adds_up_and_the_raw_one_in_it_does_not() {
        let own = texts([(
            "langfuse.observation.usage_details",
            r#"{"input": 10, "cache_read_input_tokens": 4, "output": 5}"#,
        )]);
        assert_eq!(mapped(&own).usage().input, Some(14));
        let raw = texts([(
            "langfuse.observation.usage_details",
            r#"{"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4}}"#,
        )]);
        assert_eq!(mapped(&raw).usage().input, Some(10));
    }

    proptest! {
        #[test]
        fn every_attribute_is_either_promoted_or_in_the_remainder(
            picks in prop::collection::vec((0_u16..400, 0_u8..6), 0..60),
        ) {
            let texts = [Value::Str("a"), Value::Str("b")];
            let attributes: Vec<_> = picks.iter().map(|&(name, kind)| {
                let value = match kind {
                    0 => Value::Str("x"),
                    1 => Value::Int(3),
                    2 => Value::Double(0.5),
                    3 => Value::Bool(true),
                    4 => Value::List(&texts),
                    _ => Value::Empty,
                };
                attribute(name_of(name).unwrap_or("other"), value)
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
