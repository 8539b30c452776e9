//! The facts that attributes tell: most fill a column of `spans`, rare ones are members of a jsonb
//! column, for every null column costs its row.

/// How many there are.
pub const COLUMNS: usize = Column::Metadata as usize + 1;

/// Where a fact is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a column of its own.
    Column,
    /// As a member of the jsonb column `request_parameters`.
    RequestParameters,
    /// As a member of the jsonb column `token_details`.
    TokenDetails,
    /// As a member of the jsonb column `details`.
    Details,
}

impl Place {
    /// The columns that hold members.
    pub const HOLDERS: [Self; 3] = [Self::RequestParameters, Self::TokenDetails, Self::Details];

    /// The column's name in SQL, of a holder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Column => "",
            Self::RequestParameters => "request_parameters",
            Self::TokenDetails => "token_details",
            Self::Details => "details",
        }
    }
}

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
    /// `numeric(20, 10)`, of a double: never kept unchanged.
    Money,
    /// `boolean`.
    Bool,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident $place:ident,)*) => {
        /// A fact that attributes tell, by the name of its column or member.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column { $($(#[$doc])* $variant,)* }

        impl Column {
            /// Every fact, in the order in which COPY names those with a column.
            pub const ALL: [Self; COLUMNS] = [$(Self::$variant,)*];

            /// The name of the column in SQL, or of the member.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the column holds.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// Where it is kept.
            #[must_use]
            pub const fn place(self) -> Place {
                match self { $(Self::$variant => Place::$place,)* }
            }
        }
    };
}

columns! {
    /// `chat`, `embeddings`, `execute_tool`, `invoke_agent`, …
    OperationName "operation_name" Text Column,
    /// `openai`, `anthropic`, `aws.bedrock`, …
    ProviderName "provider_name" Text Column,
    /// The model asked for.
    RequestModel "request_model" Text Column,
    /// The model that answered.
    ResponseModel "response_model" Text Column,
    /// The provider's id of the answer.
    ResponseId "response_id" Text Column,
    /// Why generation ended, one for each choice.
    FinishReasons "finish_reasons" TextArray Column,
    /// Tokens, as sent.
    InputTokens "input_tokens" Int Column,
    /// Tokens, as sent.
    OutputTokens "output_tokens" Int Column,
    /// Tokens, as sent.
    TotalTokens "total_tokens" Int Column,
    /// Tokens read from the provider's cache, as sent.
    CacheReadTokens "cache_read_tokens" Int Column,
    /// Tokens written to the provider's cache, as sent.
    CacheWriteTokens "cache_write_tokens" Int Column,
    /// Tokens of reasoning, as sent.
    ReasoningTokens "reasoning_tokens" Int Column,
    /// Sampling temperature.
    Temperature "temperature" Double Column,
    /// Nucleus sampling.
    TopP "top_p" Double Column,
    /// The bound on output tokens.
    MaxTokens "max_tokens" Int Column,
    /// How much reasoning was asked for.
    ReasoningLevel "reasoning_level" Text Column,
    /// The provider's tier of service.
    ServiceTier "service_tier" Text Column,
    /// Whether the answer was streamed.
    Streaming "streaming" Bool Column,
    /// Seconds to the first token.
    TimeToFirstToken "time_to_first_token_seconds" Double Column,
    /// The conversation.
    ConversationId "conversation_id" Text Column,
    /// The session.
    SessionId "session_id" Text Column,
    /// The end user.
    UserId "user_id" Text Column,
    /// The agent.
    AgentId "agent_id" Text Column,
    /// The agent's name.
    AgentName "agent_name" Text Column,
    /// The agent's version.
    AgentVersion "agent_version" Text Column,
    /// The workflow.
    WorkflowName "workflow_name" Text Column,
    /// The tool.
    ToolName "tool_name" Text Column,
    /// The model's id of the tool call.
    ToolCallId "tool_call_id" Text Column,
    /// function, extension, datastore.
    ToolType "tool_type" Text Column,
    /// What the tool was called with.
    ToolArguments "tool_arguments" Json Column,
    /// What the tool answered.
    ToolResult "tool_result" Json Column,
    /// What the model was sent.
    InputMessages "input_messages" Json Column,
    /// What the model answered.
    OutputMessages "output_messages" Json Column,
    /// System instructions, where sent apart from the messages.
    SystemInstructions "system_instructions" Json Column,
    /// The tools that the model was offered.
    ToolDefinitions "tool_definitions" Json Column,
    /// text, json, image, speech.
    OutputType "output_type" Text Column,
    /// Dimensions of an embedding.
    EmbeddingDimensions "embedding_dimensions" Int Column,
    /// The class of error.
    ErrorType "error_type" Text Column,
    /// The prompt template.
    PromptName "prompt_name" Text Column,
    /// The prompt template's version.
    PromptVersion "prompt_version" Text Column,
    /// US dollars, as sent.
    ReportedCost "reported_cost_usd" Money Column,
    /// The bound on the candidates that are sampled from.
    TopK "top_k" Double RequestParameters,
    /// The seed of sampling.
    Seed "seed" Int RequestParameters,
    /// The penalty for frequent tokens.
    FrequencyPenalty "frequency_penalty" Double RequestParameters,
    /// The penalty for tokens that came before.
    PresencePenalty "presence_penalty" Double RequestParameters,
    /// What ends generation.
    StopSequences "stop_sequences" TextArray RequestParameters,
    /// How many answers were asked for.
    ChoiceCount "choice_count" Int RequestParameters,
    /// Tokens written to the provider's cache for an hour; among those of `cache_write_tokens`.
    CacheWrite1hTokens "cache_write_1h_tokens" Int TokenDetails,
    /// Input tokens of text.
    TextInputTokens "text_input_tokens" Int TokenDetails,
    /// Input tokens of images.
    ImageInputTokens "image_input_tokens" Int TokenDetails,
    /// Input tokens of sound.
    AudioInputTokens "audio_input_tokens" Int TokenDetails,
    /// Output tokens of text.
    TextOutputTokens "text_output_tokens" Int TokenDetails,
    /// Output tokens of images.
    ImageOutputTokens "image_output_tokens" Int TokenDetails,
    /// Output tokens of sound.
    AudioOutputTokens "audio_output_tokens" Int TokenDetails,
    /// What documents were looked for by.
    RetrievalQuery "retrieval_query" Text Details,
    /// How many documents were asked for.
    RetrievalTopK "retrieval_top_k" Int Details,
    /// The documents found.
    RetrievalDocuments "retrieval_documents" Json Details,
    /// Where they were looked for.
    DataSourceId "data_source_id" Text Details,
    /// The deployment's environment, where a span tells it.
    Environment "environment" Text Details,
    /// The release of the application, where a span tells it.
    Release "release" Text Details,
    /// Tags of the application.
    Tags "tags" TextArray Details,
    /// What the application adds, as sent: mostly JSON as text.
    Metadata "metadata" Json Details,
}

impl Column {
    /// Whether it can keep an attribute: members of jsonb columns only show them.
    pub(super) const fn is_kept(self) -> bool {
        matches!(self.place(), Place::Column)
    }
}
