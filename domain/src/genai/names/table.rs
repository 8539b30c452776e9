//! The table of attribute names. One line a name: a new name is a line and its test.
//!
//! Sources: OpenTelemetry's semantic conventions for GenAI in three generations and the general ones,
//! `OpenInference`, `OpenLLMetry`, Vercel's AI SDK, Langfuse, `OpenLIT`, Claude Code.
//!
//! A line: the number by which a row records the source (never used again), the name, and what it
//! fills: column, rank, and the form where the value is not kept as it is. The first column is the one
//! that may keep the attribute itself; further ones are merely informed.
//!
//! Ranks: 0 a vendor's explicit override, 10 OpenTelemetry's current names, 20 its older ones,
//! 30 `OpenInference`, 40 `OpenLLMetry` and other old ones, 50 Vercel, 60 Langfuse's hints, 90 last resorts.

use super::super::Column;
use super::super::form::Form;
use super::{Source, Use};

macro_rules! sources {
    ($($id:literal $name:literal: $first:ident $rank:literal $($form:ident)?
        $(, $also:ident $also_rank:literal $($also_form:ident)?)*;)*) => {
        /// Every source.
        pub(crate) const SOURCES: &[Source] = &[$(Source {
            id: $id,
            name: $name,
            column: Column::$first,
            rank: $rank,
            form: sources!(@form $($form)?),
            also: &[$(Use {
                column: Column::$also,
                rank: $also_rank,
                form: sources!(@form $($also_form)?),
            },)*],
        },)*];
    };
    (@form) => { Form::Kept };
    (@form $form:ident) => { Form::$form };
}

sources! {
    1 "gen_ai.operation.name": OperationName 10;
    2 "gen_ai.provider.name": ProviderName 10 Provider;
    3 "gen_ai.request.model": RequestModel 10;
    4 "gen_ai.response.model": ResponseModel 10;
    5 "gen_ai.response.id": ResponseId 10;
    6 "gen_ai.response.finish_reasons": FinishReasons 10;
    7 "gen_ai.usage.input_tokens": InputTokens 10;
    8 "gen_ai.usage.output_tokens": OutputTokens 10;
    9 "gen_ai.usage.total_tokens": TotalTokens 40;
    10 "gen_ai.usage.cache_read.input_tokens": CacheReadTokens 10;
    11 "gen_ai.usage.cache_write.input_tokens": CacheWriteTokens 10;
    12 "gen_ai.usage.reasoning.output_tokens": ReasoningTokens 10;
    13 "gen_ai.request.temperature": Temperature 10;
    14 "gen_ai.request.top_p": TopP 10;
    15 "gen_ai.request.max_tokens": MaxTokens 10;
    16 "gen_ai.request.reasoning.level": ReasoningLevel 10;
    17 "openai.response.service_tier": ServiceTier 10;
    18 "openai.request.service_tier": ServiceTier 11;
    19 "gen_ai.request.stream": Streaming 10;
    20 "gen_ai.response.time_to_first_chunk": TimeToFirstToken 10;
    21 "gen_ai.conversation.id": ConversationId 10;
    22 "session.id": SessionId 10, ConversationId 30;
    23 "user.id": UserId 10;
    24 "enduser.id": UserId 11;
    25 "gen_ai.agent.id": AgentId 10;
    26 "gen_ai.agent.name": AgentName 10;
    27 "gen_ai.agent.version": AgentVersion 10;
    28 "gen_ai.workflow.name": WorkflowName 10;
    29 "gen_ai.tool.name": ToolName 10;
    30 "gen_ai.tool.call.id": ToolCallId 10;
    31 "gen_ai.tool.type": ToolType 10;
    32 "gen_ai.tool.call.arguments": ToolArguments 10;
    33 "gen_ai.tool.call.result": ToolResult 10;
    34 "gen_ai.input.messages": InputMessages 10;
    35 "gen_ai.output.messages": OutputMessages 10;
    36 "gen_ai.system_instructions": SystemInstructions 10;
    37 "gen_ai.tool.definitions": ToolDefinitions 10;
    38 "gen_ai.output.type": OutputType 10;
    39 "gen_ai.embeddings.dimension.count": EmbeddingDimensions 10;
    40 "error.type": ErrorType 10;
    41 "gen_ai.prompt.name": PromptName 10;
    42 "gen_ai.prompt.version": PromptVersion 10;

    // OpenTelemetry, what has no column of its own.
    43 "gen_ai.request.top_k": TopK 10;
    44 "gen_ai.request.seed": Seed 10;
    45 "gen_ai.request.frequency_penalty": FrequencyPenalty 10;
    46 "gen_ai.request.presence_penalty": PresencePenalty 10;
    47 "gen_ai.request.stop_sequences": StopSequences 10;
    48 "gen_ai.request.choice.count": ChoiceCount 10;
    49 "gen_ai.usage.text.input_tokens": TextInputTokens 10;
    50 "gen_ai.usage.image.input_tokens": ImageInputTokens 10;
    51 "gen_ai.usage.audio.input_tokens": AudioInputTokens 10;
    52 "gen_ai.usage.text.output_tokens": TextOutputTokens 10;
    53 "gen_ai.usage.image.output_tokens": ImageOutputTokens 10;
    54 "gen_ai.usage.audio.output_tokens": AudioOutputTokens 10;
    55 "gen_ai.retrieval.query.text": RetrievalQuery 10;
    56 "gen_ai.retrieval.top_k": RetrievalTopK 10;
    57 "gen_ai.retrieval.documents": RetrievalDocuments 10;
    58 "gen_ai.data_source.id": DataSourceId 10;
    59 "gen_ai.usage.cost.amount": ReportedCost 10;

    // OpenTelemetry, older names.
    70 "gen_ai.system": ProviderName 20 Provider;
    71 "gen_ai.usage.prompt_tokens": InputTokens 20;
    72 "gen_ai.usage.completion_tokens": OutputTokens 20;
    73 "gen_ai.usage.cache_creation.input_tokens": CacheWriteTokens 20;
    74 "gen_ai.openai.request.seed": Seed 20;
    75 "gen_ai.openai.response.service_tier": ServiceTier 20;
    76 "gen_ai.openai.request.service_tier": ServiceTier 21;
    77 "gen_ai.openai.request.response_format": OutputType 20;
    78 "gen_ai.prompt": InputMessages 20;
    79 "gen_ai.completion": OutputMessages 20;

    // OpenInference.
    100 "openinference.span.kind": OperationName 30 Operation;
    101 "llm.provider": ProviderName 30 Provider;
    102 "llm.system": ProviderName 31 Provider;
    103 "llm.request.model_name": RequestModel 30;
    104 "embedding.model_name": ResponseModel 32, RequestModel 35;
    105 "llm.response.model_name": ResponseModel 30;
    106 "llm.model_name": ResponseModel 31, RequestModel 33;
    107 "llm.finish_reason": FinishReasons 30;
    108 "llm.token_count.prompt": InputTokens 30;
    109 "llm.token_count.completion": OutputTokens 30;
    110 "llm.token_count.total": TotalTokens 30;
    111 "llm.token_count.prompt_details.cache_read": CacheReadTokens 30;
    112 "llm.token_count.prompt_details.cache_input": CacheReadTokens 31;
    113 "llm.token_count.prompt_details.cache_write": CacheWriteTokens 30;
    114 "llm.token_count.completion_details.reasoning": ReasoningTokens 30;
    115 "llm.token_count.prompt_details.audio": AudioInputTokens 30;
    116 "llm.token_count.completion_details.audio": AudioOutputTokens 30;
    117 "agent.name": AgentName 30;
    118 "graph.node.name": WorkflowName 30;
    119 "tool.name": ToolName 30;
    120 "tool.id": ToolCallId 30;
    121 "tool.parameters": ToolArguments 30;
    122 "input.value": InputMessages 35 OutsideTools, ToolArguments 31 OfTools;
    123 "output.value": OutputMessages 35 OutsideTools, ToolResult 30 OfTools, ResponseId 30 IdOfAnswer;
    124 "prompt.id": PromptName 30;
    125 "llm.prompt_template.version": PromptVersion 30;
    126 "llm.cost.total": ReportedCost 30;
    127 "tag.tags": Tags 30;
    128 "metadata": Metadata 30;
    129 "exception.type": ErrorType 30;
    130 "llm.tools": ToolDefinitions 30;

    // OpenLLMetry and other old ones.
    150 "llm.request.type": OperationName 40 Operation;
    151 "traceloop.span.kind": OperationName 41 Operation;
    152 "llm.response.model": ResponseModel 40;
    153 "gen_ai.response.finish_reason": FinishReasons 40;
    154 "llm.response.finish_reason": FinishReasons 41;
    155 "llm.response.stop_reason": FinishReasons 43;
    156 "gen_ai.response.stop_reason": FinishReasons 44;
    157 "anthropic.message.stop_reason": FinishReasons 45;
    158 "llm.usage.total_tokens": TotalTokens 41;
    159 "gen_ai.usage.cache_read_input_tokens": CacheReadTokens 40;
    160 "gen_ai.usage.cache_creation_input_tokens": CacheWriteTokens 40;
    161 "gen_ai.usage.reasoning_tokens": ReasoningTokens 40;
    162 "llm.usage.reasoning_tokens": ReasoningTokens 41;
    163 "llm.frequency_penalty": FrequencyPenalty 40;
    164 "llm.presence_penalty": PresencePenalty 40;
    165 "llm.top_k": TopK 40;
    166 "llm.chat.stop_sequences": StopSequences 40;
    167 "gen_ai.request.n": ChoiceCount 40;
    168 "gen_ai.request.max_completion_tokens": MaxTokens 40;
    169 "gen_ai.request.reasoning_effort": ReasoningLevel 40;
    170 "llm.request.reasoning_effort": ReasoningLevel 41;
    171 "gen_ai.is_streaming": Streaming 40;
    172 "llm.is_streaming": Streaming 41;
    173 "traceloop.association.properties.session_id": SessionId 40, ConversationId 40;
    174 "traceloop.association.properties.thread_id": ConversationId 41;
    175 "llm.user": UserId 40;
    176 "gen_ai.user": UserId 41;
    177 "traceloop.association.properties.user_id": UserId 42;
    178 "gen_ai.user.id": UserId 43;
    179 "gen_ai.request.user": UserId 44;
    180 "traceloop.entity.name": ToolName 40 OfTools, AgentName 40 OfAgents;
    181 "traceloop.workflow.name": WorkflowName 40;
    182 "traceloop.entity.input": InputMessages 41 OutsideTools, ToolArguments 40 OfTools;
    183 "traceloop.entity.output": OutputMessages 41 OutsideTools, ToolResult 40 OfTools;
    184 "gen_ai.request.structured_output_schema": OutputType 40 Json;
    185 "traceloop.prompt.key": PromptName 40;
    186 "traceloop.prompt.version": PromptVersion 40;
    187 "db.vector.query.top_k": RetrievalTopK 40;
    188 "gen_ai.usage.cost": ReportedCost 40;
    189 "gen_ai.usage.total_cost": ReportedCost 41;
    190 "gen_ai.token.cost.total": ReportedCost 42;
    191 "operation.cost": ReportedCost 43;
    192 "gen_ai.cost.total_cost": ReportedCost 44;
    193 "gen_ai.usage.details.reasoning_tokens": ReasoningTokens 42;
    194 "gen_ai.usage.details.thinking_tokens": ReasoningTokens 43;
    195 "gen_ai.client.operation.time_to_first_chunk": TimeToFirstToken 40;
    196 "inputs": InputMessages 42 OfCalls;

    // Vercel's AI SDK.
    220 "ai.operationId": OperationName 50 Operation, Streaming 50 NamesStream;
    221 "ai.model.provider": ProviderName 50 UpToDot;
    222 "ai.model.id": RequestModel 50;
    223 "ai.response.model": ResponseModel 50;
    224 "ai.response.id": ResponseId 50;
    225 "ai.response.finishReason": FinishReasons 50;
    226 "ai.usage.inputTokens": InputTokens 50;
    227 "ai.usage.promptTokens": InputTokens 51;
    228 "ai.usage.tokens": InputTokens 52;
    229 "ai.usage.outputTokens": OutputTokens 50;
    230 "ai.usage.completionTokens": OutputTokens 51;
    231 "ai.usage.totalTokens": TotalTokens 50;
    232 "ai.usage.inputTokenDetails.cacheReadTokens": CacheReadTokens 50;
    233 "ai.usage.cachedInputTokens": CacheReadTokens 51;
    234 "ai.usage.inputTokenDetails.cacheWriteTokens": CacheWriteTokens 50;
    235 "ai.usage.outputTokenDetails.reasoningTokens": ReasoningTokens 50;
    236 "ai.usage.reasoningTokens": ReasoningTokens 51;
    237 "ai.usage.outputTokenDetails.textTokens": TextOutputTokens 50;
    238 "ai.response.msToFirstChunk": TimeToFirstToken 50 Millis;
    239 "ai.stream.msToFirstChunk": TimeToFirstToken 51 Millis;
    240 "ai.telemetry.metadata.sessionId": SessionId 50, ConversationId 50;
    241 "ai.telemetry.metadata.userId": UserId 50;
    242 "ai.telemetry.functionId": WorkflowName 50;
    243 "ai.toolCall.name": ToolName 50;
    244 "ai.toolCall.id": ToolCallId 50;
    245 "ai.toolCall.args": ToolArguments 50;
    246 "ai.toolCall.result": ToolResult 50;
    247 "ai.prompt.messages": InputMessages 50;
    248 "ai.prompt": InputMessages 51;
    249 "ai.response.text": OutputMessages 50;
    250 "ai.response.toolCalls": OutputMessages 51;
    251 "ai.response.object": OutputMessages 52;
    252 "ai.response.reasoning": OutputMessages 53;
    253 "ai.result.text": OutputMessages 54;
    254 "ai.result.toolCalls": OutputMessages 55;
    255 "ai.result.object": OutputMessages 56;
    256 "ai.prompt.tools": ToolDefinitions 50;
    257 "ai.settings.output": OutputType 50;
    258 "ai.settings.temperature": Temperature 50;
    259 "ai.settings.topP": TopP 50;
    260 "ai.settings.topK": TopK 50;
    261 "ai.settings.maxOutputTokens": MaxTokens 50;
    262 "ai.settings.maxTokens": MaxTokens 51;
    263 "ai.settings.seed": Seed 50;
    264 "ai.settings.frequencyPenalty": FrequencyPenalty 50;
    265 "ai.settings.presencePenalty": PresencePenalty 50;
    266 "ai.settings.stopSequences": StopSequences 50;
    267 "ai.embedding": EmbeddingDimensions 50 Length;
    268 "ai.documents": RetrievalDocuments 50;
    269 "ai.ranking": RetrievalDocuments 51;
    270 "ai.telemetry.metadata.langfusePrompt": PromptName 50;

    // Langfuse.
    300 "langfuse.observation.type": OperationName 60 Operation;
    301 "langfuse.observation.model.name": RequestModel 0;
    302 "langfuse.session.id": SessionId 0, ConversationId 0;
    303 "langfuse.user.id": UserId 0;
    304 "langfuse.observation.input": InputMessages 0 OutsideTools, ToolArguments 0 OfTools;
    305 "langfuse.observation.output": OutputMessages 0 OutsideTools, ToolResult 0 OfTools;
    306 "langfuse.observation.prompt.name": PromptName 0;
    307 "langfuse.observation.prompt.version": PromptVersion 0;
    308 "langfuse.observation.completion_start_time": TimeToFirstToken 60 SinceStart, Streaming 60 SentOfStreams;
    309 "langfuse.observation.level": ErrorType 60 ErrorLevel;
    310 "langfuse.trace.name": WorkflowName 60;
    311 "langfuse.trace.tags": Tags 0;
    312 "langfuse.trace.metadata": Metadata 1;
    313 "langfuse.observation.metadata": Metadata 0;
    314 "langfuse.environment": Environment 0;
    315 "langfuse.release": Release 0;
    316 "langfuse.version": Release 1;
    317 "langfuse.observation.metadata.finish_reason": FinishReasons 60 Quoted;

    // Last resorts: bare names, of Claude Code's spans alone.
    350 "input_tokens": InputTokens 90 ClaudeCode;
    351 "output_tokens": OutputTokens 90 ClaudeCode;
    352 "cache_read_tokens": CacheReadTokens 90 ClaudeCode;
    353 "cache_creation_tokens": CacheWriteTokens 90 ClaudeCode;
    354 "model": RequestModel 90 ClaudeCode;
}
