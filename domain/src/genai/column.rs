//! The columns of `spans` that attributes fill, in the order in which COPY names them.

/// How many columns there are.
pub const COLUMNS: usize = Column::PromptVersion as usize + 1;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `text`.
    Text,
    /// `text` that holds JSON: a text as sent, or a structured value written as JSON.
    Json,
    /// `text[]`.
    TextArray,
    /// `bigint`.
    Int,
    /// `double precision`.
    Double,
    /// `boolean`.
    Bool,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident,)*) => {
        /// A column that attributes fill.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column { $($(#[$doc])* $variant,)* }

        impl Column {
            /// Every column, in the order in which COPY names them.
            pub const ALL: [Self; COLUMNS] = [$(Self::$variant,)*];

            /// The column's name in SQL.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the column holds.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }
        }
    };
}

columns! {
    /// `chat`, `embeddings`, `execute_tool`, `invoke_agent`, …
    OperationName "operation_name" Text,
    /// `openai`, `anthropic`, `aws.bedrock`, …
    ProviderName "provider_name" Text,
    /// The model asked for.
    RequestModel "request_model" Text,
    /// The model that answered.
    ResponseModel "response_model" Text,
    /// The provider's id of the answer.
    ResponseId "response_id" Text,
    /// Why generation ended, one for each choice.
    FinishReasons "finish_reasons" TextArray,
    /// Tokens, as sent.
    InputTokens "input_tokens" Int,
    /// Tokens, as sent.
    OutputTokens "output_tokens" Int,
    /// Tokens, as sent.
    TotalTokens "total_tokens" Int,
    /// Tokens read from the provider's cache, as sent.
    CacheReadTokens "cache_read_tokens" Int,
    /// Tokens written to the provider's cache, as sent.
    CacheWriteTokens "cache_write_tokens" Int,
    /// Tokens of reasoning, as sent.
    ReasoningTokens "reasoning_tokens" Int,
    /// Sampling temperature.
    Temperature "temperature" Double,
    /// Nucleus sampling.
    TopP "top_p" Double,
    /// The bound on output tokens.
    MaxTokens "max_tokens" Int,
    /// How much reasoning was asked for.
    ReasoningLevel "reasoning_level" Text,
    /// The provider's tier of service.
    ServiceTier "service_tier" Text,
    /// Whether the answer was streamed.
    Streaming "streaming" Bool,
    /// Seconds to the first token.
    TimeToFirstToken "time_to_first_token_seconds" Double,
    /// The conversation.
    ConversationId "conversation_id" Text,
    /// The session.
    SessionId "session_id" Text,
    /// The end user.
    UserId "user_id" Text,
    /// The agent.
    AgentId "agent_id" Text,
    /// The agent's name.
    AgentName "agent_name" Text,
    /// The agent's version.
    AgentVersion "agent_version" Text,
    /// The workflow.
    WorkflowName "workflow_name" Text,
    /// The tool.
    ToolName "tool_name" Text,
    /// The model's id of the tool call.
    ToolCallId "tool_call_id" Text,
    /// function, extension, datastore.
    ToolType "tool_type" Text,
    /// What the tool was called with.
    ToolArguments "tool_arguments" Json,
    /// What the tool answered.
    ToolResult "tool_result" Json,
    /// What the model was sent.
    InputMessages "input_messages" Json,
    /// What the model answered.
    OutputMessages "output_messages" Json,
    /// System instructions, where sent apart from the messages.
    SystemInstructions "system_instructions" Json,
    /// The tools that the model was offered.
    ToolDefinitions "tool_definitions" Json,
    /// text, json, image, speech.
    OutputType "output_type" Text,
    /// Dimensions of an embedding.
    EmbeddingDimensions "embedding_dimensions" Int,
    /// The class of error.
    ErrorType "error_type" Text,
    /// The prompt template.
    PromptName "prompt_name" Text,
    /// The prompt template's version.
    PromptVersion "prompt_version" Text,
}
