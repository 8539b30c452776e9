//! What follows from a span's attributes, by rules written here anew.

use serde_json::{Value as Json, json};

use crate::sent::{Attributes, Value};

/// The columns that follow from others, with what they must hold.
pub(crate) fn columns(attributes: &Attributes) -> Vec<(&'static str, Json)> {
    let find = |name| attributes.iter().find(|it| it.0 == name).map(|it| &it.1);
    let tokens = |name| match find(name) {
        Some(Value::Int(tokens)) => Some(*tokens),
        _ => None,
    };
    let input = tokens("gen_ai.usage.input_tokens");
    let cached = tokens("gen_ai.usage.cache_read.input_tokens");
    // These calls have either no tokens of the cache, or more than of input: then the input left
    // them out.
    let apart = cached.filter(|cached| input.is_some_and(|input| *cached > input));
    assert_eq!(apart, cached, "another case needs its rule here");
    let called = find("gen_ai.operation.name") == Some(&Value::Text("chat".to_owned()));
    vec![
        ("normalized_input_tokens", json!(input.map(|it| it + apart.unwrap_or_default()))),
        ("normalized_uncached_tokens", json!(input)),
        ("normalized_output_tokens", json!(tokens("gen_ai.usage.output_tokens"))),
        ("token_semantics", json!(apart.map(|_| 2))),
        ("call_kind", json!(called.then_some("inference"))),
        // No provider's own SDK is among them.
        ("emitter", json!(called.then_some(1))),
    ]
}
