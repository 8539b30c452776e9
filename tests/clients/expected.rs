//! The row that a span must become. Shares nothing with the code that writes rows.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::concluded;
use crate::sent::{Attributes, Event, Link, Sent, Value};
use crate::stored::{Row, Stored};

/// Attributes that have a column, when their value is of the column's kind.
const COLUMNS: [(&str, &str); 24] = [
    ("gen_ai.operation.name", "operation_name"),
    ("gen_ai.provider.name", "provider_name"),
    ("gen_ai.request.model", "request_model"),
    ("gen_ai.response.model", "response_model"),
    ("gen_ai.response.id", "response_id"),
    ("gen_ai.response.finish_reasons", "finish_reasons"),
    ("gen_ai.usage.input_tokens", "input_tokens"),
    ("gen_ai.usage.output_tokens", "output_tokens"),
    ("gen_ai.usage.cache_read.input_tokens", "cache_read_tokens"),
    ("gen_ai.request.temperature", "temperature"),
    ("gen_ai.request.top_p", "top_p"),
    ("gen_ai.request.max_tokens", "max_tokens"),
    ("gen_ai.request.stream", "streaming"),
    ("gen_ai.response.time_to_first_chunk", "time_to_first_token_seconds"),
    ("gen_ai.conversation.id", "conversation_id"),
    ("user.id", "user_id"),
    ("gen_ai.agent.name", "agent_name"),
    ("gen_ai.tool.name", "tool_name"),
    ("gen_ai.tool.call.id", "tool_call_id"),
    ("gen_ai.tool.call.arguments", "tool_arguments"),
    ("gen_ai.tool.call.result", "tool_result"),
    ("gen_ai.input.messages", "input_messages"),
    ("gen_ai.output.messages", "output_messages"),
    ("error.type", "error_type"),
];

/// Columns of a span that say how it is stored, not what was sent.
const OWN: [&str; 10] = [
    "start_time",
    "start_nanos",
    "end_time",
    "end_nanos",
    "resource_id",
    "scope_id",
    "project_id",
    "service_hash",
    "mapping_version",
    "promoted",
];

/// Columns that are compared in another form (times in nanoseconds), join the rows, or count days.
const UNCOMPARED: [&str; 9] = [
    "start_time",
    "start_nanos",
    "end_time",
    "end_nanos",
    "resource_id",
    "scope_id",
    "project_id",
    "promoted",
    "last_seen",
];

/// Compares everything that was sent with everything that is stored.
pub(crate) fn compare(sent: &[Sent], stored: &HashMap<String, Stored>) {
    assert_eq!(sent.len(), stored.len(), "spans stored");
    for sent in sent {
        let stored = stored.get(&sent.span_id).unwrap_or_else(|| panic!("lost: {sent:?}"));
        span(sent, stored);
        resource(sent, stored);
        scope(sent, stored);
    }
}

fn span(sent: &Sent, stored: &Stored) {
    assert_eq!(u64::try_from(stored.start), Ok(sent.start), "start of {}", sent.name);
    assert_eq!(u64::try_from(stored.end), Ok(sent.end), "end of {}", sent.name);
    let (mut expected, mut rest) = (Row::new(), Attributes::new());
    for (name, value) in &sent.attributes {
        match COLUMNS.iter().find(|it| it.0 == name) {
            Some((_, column)) => drop(expected.insert((*column).to_owned(), json_of(value))),
            None => rest.push((name.clone(), value.clone())),
        }
    }
    let has_promoted = !expected.is_empty();
    let fixed = [
        ("trace_id", json!(uuid(&sent.trace_id))),
        ("span_id", json!(sent.span_id)),
        ("parent_span_id", json!(sent.parent_span_id)),
        ("trace_state", text(&sent.trace_state)),
        ("flags", json!(sent.flags)),
        ("name", json!(sent.name)),
        ("kind", json!(sent.kind)),
        ("status_code", json!(sent.status)),
        ("status_message", text(&sent.status_message)),
        ("attributes", if rest.is_empty() { Json::Null } else { object(&rest) }),
        ("dropped_attributes_count", count(sent.dropped_attributes)),
        ("events", list(&sent.events, event)),
        ("dropped_events_count", count(sent.dropped_events)),
        ("links", list(&sent.links, link)),
        ("dropped_links_count", count(sent.dropped_links)),
    ];
    expected.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    let concluded = concluded::columns(&sent.attributes);
    expected.extend(concluded.into_iter().map(|(name, value)| (name.to_owned(), value)));
    assert_row(&expected, &stored.span, &OWN, &sent.name);
    assert_eq!(stored.span["project_id"], json!(0));
    assert_eq!(stored.span["mapping_version"], json!(1));
    assert_eq!(stored.span["service_hash"], json!(stored.service_hash));
    assert_eq!(!stored.span["promoted"].is_null(), has_promoted, "promoted of {}", sent.name);
}

fn resource(sent: &Sent, stored: &Stored) {
    let service = sent.resource.attributes.iter().find(|it| it.0 == "service.name").unwrap();
    let Value::Text(service) = &service.1 else { panic!("{service:?}") };
    let expected = [
        ("service_name", json!(service)),
        ("schema_url", text(&sent.resource.schema_url)),
        ("attributes", object(&sent.resource.attributes)),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    let own = ["resource_id", "project_id", "service_hash", "last_seen"];
    assert_row(&expected, &stored.resource, &own, "resource");
    assert_eq!(stored.resource["service_hash"], json!(stored.service_hash));
}

fn scope(sent: &Sent, stored: &Stored) {
    let expected = [
        ("name", json!(sent.scope.name)),
        ("version", json!(sent.scope.version)),
        ("schema_url", text(&sent.scope.schema_url)),
        ("attributes", object(&sent.scope.attributes)),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    assert_row(&expected, &stored.scope, &["scope_id", "project_id", "last_seen"], "scope");
}

/// Every expected column has its value, and every other one but `own` is null.
fn assert_row(expected: &Row, stored: &Row, own: &[&str], what: &str) {
    for (name, value) in stored {
        if own.contains(&name.as_str()) {
            continue;
        }
        let expected = expected.get(name).unwrap_or(&Json::Null);
        assert!(same(value, expected), "{name} of {what}: {value}, expected {expected}");
    }
    let missing: Vec<_> = expected.keys().filter(|it| !stored.contains_key(*it)).collect();
    assert!(missing.is_empty(), "no such columns: {missing:?}");
}

/// Equal, where 1 and 1.0 are not: the one was an integer, the other a double. A `double precision`
/// column writes 1 for 1.0, though, and is asked for a double only.
fn same(stored: &Json, expected: &Json) -> bool {
    match (stored, expected) {
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Json::Number(a), Json::Number(b)) => {
            a == b || (b.is_f64() && a.as_f64().map(f64::to_bits) == b.as_f64().map(f64::to_bits))
        }
        _ => stored == expected,
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Int(number) => json!(number),
        Value::Double(number) => json!(number.parse::<f64>().unwrap()),
        Value::Bool(truth) => json!(truth),
        Value::List(items) => items.iter().map(json_of).collect(),
    }
}

fn object(attributes: &Attributes) -> Json {
    attributes
        .iter()
        .map(|(name, value)| (name.clone(), json_of(value)))
        .collect::<Map<_, _>>()
        .into()
}

fn event(event: &Event) -> Json {
    let mut json = json!({ "time_unix_nano": event.time, "name": event.name });
    common(&mut json, &event.attributes, event.dropped_attributes);
    json
}

fn link(link: &Link) -> Json {
    let mut json = json!({ "trace_id": link.trace_id, "span_id": link.span_id });
    if !link.trace_state.is_empty() {
        json["trace_state"] = json!(link.trace_state);
    }
    if link.flags != 0 {
        json["flags"] = json!(link.flags);
    }
    common(&mut json, &link.attributes, link.dropped_attributes);
    json
}

fn common(json: &mut Json, attributes: &Attributes, dropped: u32) {
    if !attributes.is_empty() {
        json["attributes"] = object(attributes);
    }
    if dropped != 0 {
        json["dropped_attributes_count"] = json!(dropped);
    }
}

fn list<T>(items: &[T], json: impl Fn(&T) -> Json) -> Json {
    if items.is_empty() { Json::Null } else { items.iter().map(json).collect() }
}

fn text(text: &str) -> Json {
    if text.is_empty() { Json::Null } else { json!(text) }
}

fn count(count: u32) -> Json {
    if count == 0 { Json::Null } else { json!(count) }
}

fn uuid(hex: &str) -> String {
    uuid::Uuid::parse_str(hex).unwrap().to_string()
}

/// Whether the comparison notices each of many changes to what is stored of `sent`; else the change.
pub(crate) fn unnoticed(sent: &Sent, stored: &Stored) -> Vec<String> {
    let is_noticed = |changed: &Stored| {
        let compared = std::panic::AssertUnwindSafe(|| {
            span(sent, changed);
            resource(sent, changed);
            scope(sent, changed);
        });
        std::panic::catch_unwind(compared).is_err()
    };
    let mut unnoticed = Vec::new();
    let rows = [&stored.span, &stored.resource, &stored.scope];
    for (place, row) in rows.into_iter().enumerate() {
        for name in row.keys().filter(|it| !UNCOMPARED.contains(&it.as_str())) {
            let mut changed = stored.clone();
            let rows = [&mut changed.span, &mut changed.resource, &mut changed.scope];
            for row in rows.into_iter().skip(place).take(1) {
                row[name] = json!("changed");
            }
            if !is_noticed(&changed) {
                unnoticed.push(name.clone());
            }
        }
    }
    for change in [|it: &mut Stored| it.start += 1, |it: &mut Stored| it.end -= 1] {
        let mut changed = stored.clone();
        change(&mut changed);
        if !is_noticed(&changed) {
            unnoticed.push("a time".to_owned());
        }
    }
    unnoticed
}
