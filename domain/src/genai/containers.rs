//! Attributes that pack several facts into one JSON text.

use serde_json::Value as Json;

use super::Column;
use super::derived::Derived;

/// A member of a container: where it lies, the column that it informs, and its rank there. A path's
/// parts are parted by dots; a member whose own name has the dots in it is found as well.
type Member = (&'static str, Column, u8);

/// The members that the attribute `key` may have, when it is a container.
pub(super) fn container(key: &str) -> Option<&'static [Member]> {
    CONTAINERS.iter().find(|it| it.0 == key).map(|it| it.1)
}

/// The facts in `text`.
pub(super) fn facts(members: &'static [Member], text: &str) -> Vec<(Column, u8, Derived)> {
    // Whatever it is, it is kept as an attribute: here it only informs.
    let Ok(json) = serde_json::from_str::<Json>(text) else { return Vec::new() };
    let fact = |(path, column, rank): &Member| {
        let found = json.get(path).or_else(|| at(&json, path))?;
        Some((*column, *rank, Derived::of_json(column.kind(), found)?))
    };
    members.iter().filter_map(fact).collect()
}

fn at<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    path.split('.').try_fold(json, |json, part| json.get(part))
}

/// Columns and ranks of every member.
#[cfg(test)]
pub(super) fn ranks() -> impl Iterator<Item = (Column, u8)> {
    CONTAINERS.iter().flat_map(|it| it.1).map(|it| (it.1, it.2))
}

const CONTAINERS: &[(&str, &[Member])] = &[
    ("langfuse.observation.model.parameters", LANGFUSE_PARAMETERS),
    ("langfuse.observation.usage_details", LANGFUSE_USAGE),
    ("langfuse.observation.cost_details", LANGFUSE_COST),
    ("gen_ai.usage.raw", RAW_USAGE),
    ("llm.invocation_parameters", INVOCATION),
    ("embedding.invocation_parameters", EMBEDDING),
    ("ai.response.providerMetadata", PROVIDER_METADATA),
];

const LANGFUSE_PARAMETERS: &[Member] = &[
    ("temperature", Column::Temperature, 0),
    ("top_p", Column::TopP, 0),
    ("topP", Column::TopP, 1),
    ("max_tokens", Column::MaxTokens, 0),
    ("max_completion_tokens", Column::MaxTokens, 1),
    ("maxTokens", Column::MaxTokens, 2),
    ("top_k", Column::TopK, 0),
    ("seed", Column::Seed, 0),
    ("frequency_penalty", Column::FrequencyPenalty, 0),
    ("presence_penalty", Column::PresencePenalty, 0),
    ("stop", Column::StopSequences, 0),
    ("n", Column::ChoiceCount, 0),
    ("reasoning_effort", Column::ReasoningLevel, 0),
    ("service_tier", Column::ServiceTier, 0),
    ("stream", Column::Streaming, 0),
];

/// Langfuse's own names first, then the raw objects of `OpenAI`'s two interfaces and of Anthropic.
const LANGFUSE_USAGE: &[Member] = &[
    ("input", Column::InputTokens, 0),
    ("prompt_tokens", Column::InputTokens, 1),
    ("input_tokens", Column::InputTokens, 2),
    ("promptTokens", Column::InputTokens, 3),
    ("output", Column::OutputTokens, 0),
    ("completion_tokens", Column::OutputTokens, 1),
    ("output_tokens", Column::OutputTokens, 2),
    ("completionTokens", Column::OutputTokens, 3),
    ("total", Column::TotalTokens, 0),
    ("total_tokens", Column::TotalTokens, 1),
    ("totalTokens", Column::TotalTokens, 2),
    ("input_cached_tokens", Column::CacheReadTokens, 0),
    ("cache_read_input_tokens", Column::CacheReadTokens, 1),
    ("input_cache_read", Column::CacheReadTokens, 2),
    ("prompt_tokens_details.cached_tokens", Column::CacheReadTokens, 3),
    ("input_tokens_details.cached_tokens", Column::CacheReadTokens, 4),
    ("cache_creation_input_tokens", Column::CacheWriteTokens, 0),
    ("input_cache_creation", Column::CacheWriteTokens, 1),
    ("input_tokens_details.cache_write_tokens", Column::CacheWriteTokens, 2),
    ("prompt_tokens_details.cache_write_tokens", Column::CacheWriteTokens, 3),
    ("input_cache_creation_1h", Column::CacheWrite1hTokens, 0),
    ("output_reasoning_tokens", Column::ReasoningTokens, 0),
    ("reasoning_tokens", Column::ReasoningTokens, 1),
    ("completion_tokens_details.reasoning_tokens", Column::ReasoningTokens, 2),
    ("output_tokens_details.reasoning_tokens", Column::ReasoningTokens, 3),
    ("input_audio_tokens", Column::AudioInputTokens, 0),
    ("prompt_tokens_details.audio_tokens", Column::AudioInputTokens, 1),
    ("output_audio_tokens", Column::AudioOutputTokens, 0),
    ("completion_tokens_details.audio_tokens", Column::AudioOutputTokens, 1),
];

const LANGFUSE_COST: &[Member] = &[("total", Column::ReportedCost, 0)];

const RAW_USAGE: &[Member] = &[
    ("prompt_tokens", Column::InputTokens, 25),
    ("input_tokens", Column::InputTokens, 26),
    ("completion_tokens", Column::OutputTokens, 25),
    ("output_tokens", Column::OutputTokens, 26),
    ("total_tokens", Column::TotalTokens, 25),
    ("prompt_tokens_details.cached_tokens", Column::CacheReadTokens, 25),
    ("input_tokens_details.cached_tokens", Column::CacheReadTokens, 26),
    ("cache_read_input_tokens", Column::CacheReadTokens, 27),
    ("cache_creation_input_tokens", Column::CacheWriteTokens, 25),
    ("input_tokens_details.cache_write_tokens", Column::CacheWriteTokens, 26),
    ("prompt_tokens_details.cache_write_tokens", Column::CacheWriteTokens, 27),
    ("cache_creation.ephemeral_1h_input_tokens", Column::CacheWrite1hTokens, 25),
    ("completion_tokens_details.reasoning_tokens", Column::ReasoningTokens, 25),
    ("output_tokens_details.reasoning_tokens", Column::ReasoningTokens, 26),
];

const INVOCATION: &[Member] = &[
    // `llm.model_name` is the model that answered: the one asked for is in here.
    ("model", Column::RequestModel, 32),
    ("temperature", Column::Temperature, 30),
    ("top_p", Column::TopP, 30),
    ("max_tokens", Column::MaxTokens, 30),
    ("max_completion_tokens", Column::MaxTokens, 31),
    ("max_output_tokens", Column::MaxTokens, 32),
    ("top_k", Column::TopK, 30),
    ("seed", Column::Seed, 30),
    ("frequency_penalty", Column::FrequencyPenalty, 30),
    ("presence_penalty", Column::PresencePenalty, 30),
    ("stop", Column::StopSequences, 30),
    ("stop_sequences", Column::StopSequences, 31),
    ("n", Column::ChoiceCount, 30),
    ("reasoning_effort", Column::ReasoningLevel, 30),
    ("reasoning.effort", Column::ReasoningLevel, 31),
    ("service_tier", Column::ServiceTier, 30),
    ("stream", Column::Streaming, 30),
    ("response_format.type", Column::OutputType, 30),
];

const EMBEDDING: &[Member] =
    &[("model", Column::RequestModel, 34), ("dimensions", Column::EmbeddingDimensions, 30)];

const PROVIDER_METADATA: &[Member] = &[
    ("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", Column::CacheWrite1hTokens, 50),
    ("anthropic.usage.cache_read_input_tokens", Column::CacheReadTokens, 52),
    ("anthropic.usage.cache_creation_input_tokens", Column::CacheWriteTokens, 52),
    ("anthropic.cacheCreationInputTokens", Column::CacheWriteTokens, 53),
    ("anthropic.usage.service_tier", Column::ServiceTier, 50),
    ("openai.serviceTier", Column::ServiceTier, 51),
    ("openai.cachedPromptTokens", Column::CacheReadTokens, 53),
    ("openai.reasoningTokens", Column::ReasoningTokens, 52),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_members_of_a_column_share_a_rank() {
        let all: Vec<_> = ranks().collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn members_are_found_by_path_and_by_a_name_with_dots() {
        for text in [
            r#"{"prompt_tokens_details": {"cached_tokens": 5}}"#,
            r#"{"prompt_tokens_details.cached_tokens": 5}"#,
        ] {
            let expected = (Column::CacheReadTokens, 3, Derived::Int(5));
            assert_eq!(facts(LANGFUSE_USAGE, text), [expected]);
        }
        assert!(facts(LANGFUSE_USAGE, "no JSON").is_empty());
        assert!(facts(LANGFUSE_USAGE, r#"["input"]"#).is_empty());
    }
}
