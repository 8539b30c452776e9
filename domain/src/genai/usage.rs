//! Tokens in one meaning for all senders.
//!
//! OpenTelemetry and `OpenInference` count what the cache gave and took among the input tokens, and
//! reasoning among the output tokens. Some senders don't. What was sent stays in its columns; beside
//! it stands what it means, with what was found.

/// Token counts, as sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Input.
    pub input: Option<i64>,
    /// Output.
    pub output: Option<i64>,
    /// All.
    pub total: Option<i64>,
    /// Read from the cache.
    pub cache_read: Option<i64>,
    /// Written to the cache.
    pub cache_write: Option<i64>,
    /// Reasoning.
    pub reasoning: Option<i64>,
}

/// How a sender counts tokens of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semantics {
    /// Input includes them: so do the conventions say, and nothing told otherwise.
    Inclusive,
    /// Input excludes them.
    Exclusive,
}

impl Semantics {
    /// The number in the column `token_semantics`.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Inclusive => 1,
            Self::Exclusive => 2,
        }
    }
}

/// Token counts, in one meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Normalized {
    /// Input, with what the cache gave and took.
    pub input: Option<i64>,
    /// Input, without it.
    pub uncached: Option<i64>,
    /// Output, with reasoning.
    pub output: Option<i64>,
    /// How the cache was counted; nothing when no tokens of it were sent.
    pub semantics: Option<Semantics>,
}

/// Brings `sent` into one meaning. `known` is how this sender is known to count.
///
/// The evidence, in this order: more tokens of the cache than of input can't be among them; a total
/// that is the sum of the parts in only one of the two ways; what is known of the sender; the
/// conventions.
#[must_use]
pub fn normalize(sent: &Usage, known: Option<Semantics>) -> Normalized {
    let valid = |it: Option<i64>| it.filter(|it| *it >= 0);
    let (input, output) = (valid(sent.input), valid(sent.output));
    let cached = valid(sent.cache_read)
        .unwrap_or_default()
        .saturating_add(valid(sent.cache_write).unwrap_or_default());
    let output = output.map(|it| whole_output(it, input, cached, sent));
    let Some(input) = input else {
        return Normalized { output, ..Normalized::default() };
    };
    if cached == 0 {
        return Normalized { input: Some(input), uncached: Some(input), output, semantics: None };
    }
    let semantics = semantics(input, cached, output.unwrap_or_default(), valid(sent.total), known);
    let (input, uncached) = match semantics {
        Semantics::Inclusive => (input, input - cached),
        Semantics::Exclusive => (input.saturating_add(cached), input),
    };
    Normalized { input: Some(input), uncached: Some(uncached), output, semantics: Some(semantics) }
}

fn semantics(
    input: i64,
    cached: i64,
    output: i64,
    total: Option<i64>,
    known: Option<Semantics>,
) -> Semantics {
    if cached > input {
        return Semantics::Exclusive;
    }
    let inclusive = input.saturating_add(output);
    match total {
        Some(total) if total == inclusive => Semantics::Inclusive,
        Some(total) if total == inclusive.saturating_add(cached) => Semantics::Exclusive,
        _ => known.unwrap_or(Semantics::Inclusive),
    }
}

/// Output with reasoning: apart from it where there is more reasoning than output, or where only so
/// the parts sum up to the total (Google's count of candidates leaves thoughts out).
fn whole_output(output: i64, input: Option<i64>, cached: i64, sent: &Usage) -> i64 {
    let Some(reasoning) = sent.reasoning.filter(|it| *it > 0) else { return output };
    let apart = output.saturating_add(reasoning);
    let sums_up = |output: i64| {
        let inclusive = input.unwrap_or_default().saturating_add(output);
        sent.total == Some(inclusive) || sent.total == Some(inclusive.saturating_add(cached))
    };
    let excluded = reasoning > output || (!sums_up(output) && sums_up(apart));
    if excluded { apart } else { output }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usage(input: i64, output: i64, read: i64, write: i64) -> Usage {
        Usage {
            input: Some(input),
            output: Some(output),
            cache_read: Some(read),
            cache_write: Some(write),
            ..Usage::default()
        }
    }

    #[test]
    fn without_evidence_the_conventions_count() {
        let found = normalize(&usage(100, 7, 60, 10), None);
        let expected = (Some(100), Some(30), Some(7), Some(Semantics::Inclusive));
        assert_eq!((found.input, found.uncached, found.output, found.semantics), expected);
    }

    #[test]
    fn more_of_the_cache_than_of_input_was_left_out_of_it() {
        let found = normalize(&usage(5, 7, 60, 10), Some(Semantics::Inclusive));
        assert_eq!((found.input, found.uncached), (Some(75), Some(5)));
        assert_eq!(found.semantics, Some(Semantics::Exclusive));
    }

    #[test]
    fn a_total_decides_before_what_is_known_of_the_sender() {
        let exclusive = Usage { total: Some(177), ..usage(100, 7, 60, 10) };
        assert_eq!(normalize(&exclusive, None).input, Some(170));
        let inclusive = Usage { total: Some(107), ..exclusive };
        assert_eq!(normalize(&inclusive, Some(Semantics::Exclusive)).input, Some(100));
        let neither = Usage { total: Some(1), ..exclusive };
        assert_eq!(normalize(&neither, Some(Semantics::Exclusive)).input, Some(170));
    }

    #[test]
    fn without_tokens_of_the_cache_nothing_is_to_be_decided() {
        let sent = Usage { input: Some(9), cache_read: Some(0), ..Usage::default() };
        let found = normalize(&sent, Some(Semantics::Exclusive));
        assert_eq!((found.input, found.uncached), (Some(9), Some(9)));
        assert_eq!((found.output, found.semantics), (None, None));
        assert_eq!(normalize(&Usage::default(), None), Normalized::default());
    }

    #[test]
    fn reasoning_that_was_left_out_of_the_output_is_added() {
        let google = Usage {
            input: Some(10),
            output: Some(50),
            total: Some(80),
            reasoning: Some(20),
            ..Usage::default()
        };
        assert_eq!(normalize(&google, None).output, Some(70));
        assert_eq!(normalize(&Usage { total: Some(60), ..google }, None).output, Some(50));
        assert_eq!(normalize(&Usage { total: None, ..google }, None).output, Some(50));
        assert_eq!(normalize(&Usage { reasoning: Some(51), ..google }, None).output, Some(101));
    }

    proptest! {
        #[test]
        fn input_is_what_the_cache_gave_and_the_rest(
            counts in prop::array::uniform6(prop::option::of(prop_oneof![0_i64..200, any::<i64>()])),
            known in prop::option::of(prop_oneof![
                Just(Semantics::Inclusive), Just(Semantics::Exclusive)
            ]),
        ) {
            let [input, output, total, cache_read, cache_write, reasoning] = counts;
            let sent = Usage { input, output, total, cache_read, cache_write, reasoning };
            let found = normalize(&sent, known);
            prop_assert!(found.uncached <= found.input);
            prop_assert!(found.uncached.is_none_or(|it| it >= 0));
            prop_assert_eq!(found.input.is_some(), input.is_some_and(|it| it >= 0));
            prop_assert!(found.output >= output.filter(|it| *it >= 0));
        }
    }
}
