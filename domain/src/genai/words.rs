//! Words of other vocabularies in OpenTelemetry's: operations and providers.

/// The operation that a word of another vocabulary names; nothing for one that says nothing
/// (`unknown`, a Langfuse `span`).
///
/// The vocabularies share no word with two meanings: `openinference.span.kind`, `llm.request.type`,
/// `traceloop.span.kind`, `ai.operationId` and `langfuse.observation.type`.
pub(super) fn operation(word: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(word)).map(|it| it.1)
}

const OPERATIONS: &[(&str, &str)] = &[
    ("chat", "chat"),
    ("llm", "chat"),
    ("generation", "chat"),
    ("ai.generateText.doGenerate", "chat"),
    ("ai.streamText.doStream", "chat"),
    ("ai.generateObject.doGenerate", "chat"),
    ("ai.streamObject.doStream", "chat"),
    ("completion", "text_completion"),
    ("embedding", "embeddings"),
    ("embeddings", "embeddings"),
    ("ai.embed.doEmbed", "embeddings"),
    ("ai.embedMany.doEmbed", "embeddings"),
    ("rerank", "rerank"),
    ("reranker", "rerank"),
    ("ai.rerank.doRerank", "rerank"),
    ("retriever", "retrieval"),
    ("tool", "execute_tool"),
    ("ai.toolCall", "execute_tool"),
    ("agent", "invoke_agent"),
    // The outer spans of Vercel's SDK repeat the totals of the calls in them.
    ("ai.generateText", "invoke_agent"),
    ("ai.streamText", "invoke_agent"),
    ("ai.generateObject", "invoke_agent"),
    ("ai.streamObject", "invoke_agent"),
    ("ai.embed", "invoke_workflow"),
    ("ai.embedMany", "invoke_workflow"),
    ("ai.rerank", "invoke_workflow"),
    ("chain", "invoke_workflow"),
    ("workflow", "invoke_workflow"),
    ("task", "task"),
    ("guardrail", "guardrail"),
    ("evaluator", "evaluate"),
    ("prompt", "prompt"),
];

/// The name of a provider in OpenTelemetry's words, where it differs from `sent`.
pub(super) fn provider(sent: &str) -> Option<&'static str> {
    PROVIDERS
        .iter()
        .find(|(theirs, _)| theirs.eq_ignore_ascii_case(sent))
        .map(|it| it.1)
        .filter(|it| *it != sent)
}

/// The renames of OpenTelemetry itself, then names in other letters or of other vocabularies.
const PROVIDERS: &[(&str, &str)] = &[
    ("az.ai.openai", "azure.ai.openai"),
    ("az.ai.inference", "azure.ai.inference"),
    ("vertex_ai", "gcp.vertex_ai"),
    ("gemini", "gcp.gemini"),
    ("xai", "x_ai"),
    ("openai", "openai"),
    ("anthropic", "anthropic"),
    ("cohere", "cohere"),
    ("groq", "groq"),
    ("deepseek", "deepseek"),
    ("perplexity", "perplexity"),
    ("azure", "azure.ai.openai"),
    ("vertexai", "gcp.vertex_ai"),
    ("google", "gcp.gemini"),
    ("google_genai", "gcp.gemini"),
    ("google-vertex", "gcp.vertex_ai"),
    ("mistralai", "mistral_ai"),
    ("mistral", "mistral_ai"),
    ("aws", "aws.bedrock"),
    ("bedrock", "aws.bedrock"),
    ("aws_bedrock", "aws.bedrock"),
    ("amazon-bedrock", "aws.bedrock"),
    ("watsonx", "ibm.watsonx.ai"),
    ("ibm-watsonx", "ibm.watsonx.ai"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_word_has_one_meaning() {
        for table in [OPERATIONS, PROVIDERS] {
            let words: HashSet<_> = table.iter().map(|it| it.0.to_ascii_lowercase()).collect();
            assert_eq!(words.len(), table.len());
        }
    }

    #[test]
    fn words_are_found_in_any_case_and_unknown_ones_say_nothing() {
        assert_eq!(operation("LLM"), Some("chat"));
        assert_eq!(operation("ai.streamText.doStream"), Some("chat"));
        assert_eq!((operation("unknown"), operation("span"), operation("")), (None, None, None));
        assert_eq!(provider("OpenAI"), Some("openai"));
        assert_eq!((provider("openai"), provider("acme")), (None, None));
        assert_eq!(provider("xai"), Some("x_ai"));
    }
}
