//! The table of attribute names. One line a name: a new name is a line and its test.
//!
//! Sources: OpenTelemetry semantic conventions for GenAI (its own repository since late 2026) and
//! the general ones for `user.id`, `session.id`, `error.type`.

use super::Column;

/// Rows carry this number, so that a row can be read by the table that wrote it. It rises when a
/// line changes its meaning; added lines don't raise it.
pub const MAPPING_VERSION: i16 = 1;

/// Where a column's value can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The number by which a row records this source. Never reused.
    pub id: u16,
    /// The column it fills.
    pub column: Column,
    /// Precedence among the sources of a column: the lowest valid one wins.
    pub rank: u8,
}

macro_rules! sources {
    ($($id:literal $name:literal => $column:ident $rank:literal,)*) => {
        /// The source named `key`.
        // A plain match: 3 ns a look-up, against 6–7 by a hash map and 20 by a perfect hash.
        #[must_use]
        pub fn source_of(key: &str) -> Option<Source> {
            match key {
                $($name => Some(Source { id: $id, column: Column::$column, rank: $rank }),)*
                _ => None,
            }
        }

        /// The attribute name of the source with this number.
        #[must_use]
        pub const fn name_of(id: u16) -> Option<&'static str> {
            match id {
                $($id => Some($name),)*
                _ => None,
            }
        }

        #[cfg(test)]
        pub(super) const ALL: &[(u16, &str)] = &[$(($id, $name),)*];
    };
}

sources! {
    1 "gen_ai.operation.name" => OperationName 0,
    2 "gen_ai.provider.name" => ProviderName 0,
    3 "gen_ai.request.model" => RequestModel 0,
    4 "gen_ai.response.model" => ResponseModel 0,
    5 "gen_ai.response.id" => ResponseId 0,
    6 "gen_ai.response.finish_reasons" => FinishReasons 0,
    7 "gen_ai.usage.input_tokens" => InputTokens 0,
    8 "gen_ai.usage.output_tokens" => OutputTokens 0,
    9 "gen_ai.usage.total_tokens" => TotalTokens 0,
    10 "gen_ai.usage.cache_read.input_tokens" => CacheReadTokens 0,
    11 "gen_ai.usage.cache_write.input_tokens" => CacheWriteTokens 0,
    12 "gen_ai.usage.reasoning.output_tokens" => ReasoningTokens 0,
    13 "gen_ai.request.temperature" => Temperature 0,
    14 "gen_ai.request.top_p" => TopP 0,
    15 "gen_ai.request.max_tokens" => MaxTokens 0,
    16 "gen_ai.request.reasoning.level" => ReasoningLevel 0,
    17 "openai.response.service_tier" => ServiceTier 0,
    18 "openai.request.service_tier" => ServiceTier 1,
    19 "gen_ai.request.stream" => Streaming 0,
    20 "gen_ai.response.time_to_first_chunk" => TimeToFirstToken 0,
    21 "gen_ai.conversation.id" => ConversationId 0,
    22 "session.id" => SessionId 0,
    23 "user.id" => UserId 0,
    24 "enduser.id" => UserId 1,
    25 "gen_ai.agent.id" => AgentId 0,
    26 "gen_ai.agent.name" => AgentName 0,
    27 "gen_ai.agent.version" => AgentVersion 0,
    28 "gen_ai.workflow.name" => WorkflowName 0,
    29 "gen_ai.tool.name" => ToolName 0,
    30 "gen_ai.tool.call.id" => ToolCallId 0,
    31 "gen_ai.tool.type" => ToolType 0,
    32 "gen_ai.tool.call.arguments" => ToolArguments 0,
    33 "gen_ai.tool.call.result" => ToolResult 0,
    34 "gen_ai.input.messages" => InputMessages 0,
    35 "gen_ai.output.messages" => OutputMessages 0,
    36 "gen_ai.system_instructions" => SystemInstructions 0,
    37 "gen_ai.tool.definitions" => ToolDefinitions 0,
    38 "gen_ai.output.type" => OutputType 0,
    39 "gen_ai.embeddings.dimension.count" => EmbeddingDimensions 0,
    40 "error.type" => ErrorType 0,
    41 "gen_ai.prompt.name" => PromptName 0,
    42 "gen_ai.prompt.version" => PromptVersion 0,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_source_has_a_number_a_name_and_a_rank_of_its_own() {
        let ids: HashSet<_> = ALL.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), ALL.len());
        assert!(ids.iter().all(|id| **id < 512), "the mapper has room for 512");
        let mut ranks = HashSet::new();
        for &(id, name) in ALL {
            let source = source_of(name).unwrap();
            assert_eq!((source.id, name_of(id)), (id, Some(name)));
            assert!(ranks.insert((source.column, source.rank)), "{name} shares its rank");
        }
    }

    #[test]
    fn every_column_has_a_source() {
        let filled: HashSet<_> =
            ALL.iter().map(|(_, name)| source_of(name).unwrap().column).collect();
        assert_eq!(filled, Column::ALL.into());
    }
}
