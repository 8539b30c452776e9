//! Messages flattened into one attribute a field. They stay attributes: the views put them together.

/// Which messages a key is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flat {
    Input,
    Output,
}

const PREFIXES: &[(&str, Flat)] = &[
    ("gen_ai.prompt.", Flat::Input),
    ("gen_ai.completion.", Flat::Output),
    ("llm.input_messages.", Flat::Input),
    ("llm.output_messages.", Flat::Output),
    ("llm.prompts.", Flat::Input),
    ("llm.choices.", Flat::Output),
];

impl Flat {
    pub(super) fn of(key: &str) -> Option<Self> {
        // Most keys are none of these.
        if !key.starts_with("llm.") && !key.starts_with("gen_ai.") {
            return None;
        }
        PREFIXES.iter().find(|(prefix, _)| key.starts_with(prefix)).map(|it| it.1)
    }
}

/// What stands before and after a choice's number in the names of its finish reason.
const FINISH_REASONS: &[(&str, &str)] =
    &[("gen_ai.completion.", ".finish_reason"), ("llm.output_messages.", ".message.finish_reason")];

/// The choice whose finish reason `key` holds: `gen_ai.completion.<choice>.finish_reason`, say.
pub(super) fn finish_reason_of(key: &str) -> Option<u32> {
    let number = |(before, after): &(&str, &str)| {
        key.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
    };
    FINISH_REASONS.iter().find_map(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_by_their_beginning() {
        assert_eq!(Flat::of("llm.input_messages.0.message.role"), Some(Flat::Input));
        assert_eq!(Flat::of("gen_ai.completion.0.content"), Some(Flat::Output));
        assert_eq!(Flat::of("gen_ai.completion"), None);
        assert_eq!(finish_reason_of("gen_ai.completion.12.finish_reason"), Some(12));
        assert_eq!(finish_reason_of("llm.output_messages.3.message.finish_reason"), Some(3));
        assert_eq!(finish_reason_of("llm.output_messages.3.finish_reason"), None);
        assert_eq!(finish_reason_of("gen_ai.completion.x.finish_reason"), None);
    }
}
