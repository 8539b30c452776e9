//! What the names of a span and its scope tell, where its attributes don't.

use super::words;

/// Who tells of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitter {
    /// An instrumentation, a framework or the application.
    Instrumentation,
    /// The provider's own SDK, which tells of each call whatever else does.
    ProviderSdk,
}

impl Emitter {
    /// The number in the column `emitter`.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Instrumentation => 1,
            Self::ProviderSdk => 2,
        }
    }

    pub(super) fn of(scope: &str) -> Self {
        // anthropic 2.x: `com.anthropic.sdk.python`, and so on.
        if scope.starts_with("com.anthropic.sdk.") {
            Self::ProviderSdk
        } else {
            Self::Instrumentation
        }
    }
}

/// What a span's name tells of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hint<'a> {
    pub(super) operation: Option<&'static str>,
    pub(super) provider: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    /// Whether what is sent as the model asked for is the one that answered.
    pub(super) names_answering_model: bool,
}

/// The hint of a span of the scopes that are known to leave facts to names.
pub(super) fn hint<'a>(scope: &'a str, name: &'a str) -> Option<Hint<'a>> {
    // `chat claude-sonnet-4-5` of a call that failed: it has no attributes.
    if let Some(provider) = scope.strip_prefix("openlit.instrumentation.") {
        let (operation, model) = name.split_once(' ')?;
        let operation = words::operation(operation)?;
        let provider = words::provider(provider).unwrap_or(provider);
        return Some(Hint {
            operation: Some(operation),
            provider: Some(provider),
            model: Some(model),
            names_answering_model: false,
        });
    }
    // `OpenAI-generation`: nothing else says whose model it is.
    (scope == "langfuse-sdk" && name.starts_with("OpenAI-")).then_some(Hint {
        operation: None,
        provider: Some("openai"),
        model: None,
        names_answering_model: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_providers_own_sdk_is_one() {
        assert_eq!(Emitter::of("com.anthropic.sdk.python"), Emitter::ProviderSdk);
        for scope in ["", "com.anthropic", "opentelemetry.instrumentation.anthropic"] {
            assert_eq!(Emitter::of(scope), Emitter::Instrumentation, "{scope}");
        }
    }

    #[test]
    fn names_are_read_only_of_scopes_that_leave_facts_to_them() {
        let openlit = |name| hint("openlit.instrumentation.anthropic", name);
        let expected = Hint {
            operation: Some("chat"),
            provider: Some("anthropic"),
            model: Some("claude-sonnet-4-5"),
            names_answering_model: false,
        };
        assert_eq!(openlit("chat claude-sonnet-4-5"), Some(expected));
        assert_eq!(openlit("chat"), None);
        assert_eq!(openlit("POST /v1/messages"), None);
        assert_eq!(hint("my.app", "chat claude-sonnet-4-5"), None);
        let langfuse = hint("langfuse-sdk", "OpenAI-generation");
        assert_eq!(langfuse.and_then(|it| it.provider), Some("openai"));
        assert_eq!(hint("langfuse-sdk", "answer"), None);
    }
}
