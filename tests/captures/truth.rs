//! What the provider was asked and answered, and what the instrumentation does not say of it.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::capture::folder;

#[derive(Deserialize)]
struct Truth {
    calls: Vec<Map<String, Json>>,
}

/// A fact that is not in the capture, or wrong.
#[derive(Deserialize)]
struct Absent {
    /// Which call; every one that has the fact where this is null.
    call: Option<usize>,
    field: String,
    /// What is sent in its place.
    gives: Json,
    /// Where the fact stands all the same.
    sent_as: Option<String>,
}

/// A fact of a call, with the values that its row may have.
pub(crate) struct Fact {
    pub(crate) call: usize,
    pub(crate) field: String,
    pub(crate) may_be: Vec<Json>,
}

/// The facts of the capture `name`, by call, and how many calls there are.
pub(crate) fn facts(name: &str) -> (usize, Vec<Fact>) {
    let read = |file| std::fs::read_to_string(folder(name).join(file)).unwrap();
    let truth: Truth = serde_json::from_str(&read("truth.json")).unwrap();
    let absent: Vec<Absent> = serde_json::from_str(&read("absent.json")).unwrap();
    let facts = truth.calls.iter().enumerate().flat_map(|(call, facts)| {
        let absent = &absent;
        // No finish reason where the interface has none; some make one of the answer's state.
        let told = facts.iter().filter(|it| it.0 != "finish_reasons" || !it.1.is_null());
        told.map(move |(field, fact)| {
            let missing = absent
                .iter()
                .find(|it| it.field == *field && it.call.is_none_or(|it| it == call))
                .filter(|_| !fact.is_null() || absent_of(absent, call, field));
            let mut may_be = values(fact, missing);
            if field == "finish_reasons" {
                // A row without reasons shows an empty list.
                may_be.iter_mut().filter(|it| it.is_null()).for_each(|it| *it = json!([]));
            }
            Fact { call, field: field.clone(), may_be }
        })
    });
    (truth.calls.len(), facts.collect())
}

/// Whether `absent` tells of this very call: a null of the provider is a fact as well.
fn absent_of(absent: &[Absent], call: usize, field: &str) -> bool {
    absent.iter().any(|it| it.field == field && it.call == Some(call))
}

fn values(fact: &Json, missing: Option<&Absent>) -> Vec<Json> {
    let Some(missing) = missing else { return vec![fact.clone()] };
    match &missing.sent_as {
        // The view knows what the provider's own SDK tells of the same call.
        Some(place) if place.starts_with("span anthropic.messages.create") => vec![fact.clone()],
        // Tokens are normalized, whatever is sent.
        None if missing.field == "input_tokens" => vec![fact.clone()],
        _ => vec![missing.gives.clone(), fact.clone()],
    }
}
