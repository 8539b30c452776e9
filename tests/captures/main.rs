//! What real instrumentations sent is sent again: `llm_calls` has one row a call, and each row says what
//! the provider answered. The captures are in `tests/fixtures/instrumentations`, with what the provider
//! answered; `docs/INSTRUMENTATIONS.md` tells of them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod capture;
mod messages;
mod replay;
mod truth;

use replay::every_call_is_a_row_that_says_what_the_provider_answered;

macro_rules! captures {
    ($($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                every_call_is_a_row_that_says_what_the_provider_answered(stringify!($name)).await;
            }
        )*

        #[test]
        fn every_capture_is_replayed() {
            assert_eq!(capture::names(), [$(stringify!($name)),*]);
        }
    };
}

captures! {
    anthropic_sdk
    genai_anthropic
    genai_openai
    langfuse
    openai_v2
    openai_v2_latest
    openinference_anthropic
    openinference_openai
    openlit
    openllmetry_anthropic
    openllmetry_anthropic_in_app
    openllmetry_openai
    pydantic_ai
}
