//! Which spans are calls of a model.

/// A call of a model, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// It generates.
    Inference,
    /// It embeds.
    Embeddings,
    /// It ranks.
    Rerank,
}

impl CallKind {
    /// The word in the column `call_kind`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inference => "inference",
            Self::Embeddings => "embeddings",
            Self::Rerank => "rerank",
        }
    }

    /// What a span of this operation is. Agents, workflows and tools are no calls, whatever totals of
    /// the calls in them they repeat. Without an operation, a model together with tokens tells.
    pub(super) fn of(operation: Option<&str>, evidence: Evidence) -> Option<Self> {
        match operation {
            Some("chat" | "text_completion" | "generate_content") => Some(Self::Inference),
            Some("embeddings") => Some(Self::Embeddings),
            Some("rerank") => Some(Self::Rerank),
            Some(_) => None,
            None => (evidence == Evidence::ModelAndTokens).then_some(Self::Inference),
        }
    }
}

/// What a span without an operation tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    None,
    ModelAndTokens,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_calls_are_calls() {
        let of = |operation| CallKind::of(Some(operation), Evidence::ModelAndTokens);
        assert_eq!(of("chat"), Some(CallKind::Inference));
        assert_eq!(of("embeddings"), Some(CallKind::Embeddings));
        assert_eq!(of("rerank"), Some(CallKind::Rerank));
        for other in ["invoke_agent", "invoke_workflow", "execute_tool", "fetch_response", "task"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(CallKind::of(None, Evidence::ModelAndTokens), Some(CallKind::Inference));
        assert_eq!(CallKind::of(None, Evidence::None), None);
    }
}
