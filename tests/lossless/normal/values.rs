//! Fields, and what all signals share.
#![expect(
    clippy::ptr_arg,
    clippy::trivially_copy_pass_by_ref,
    reason = "all are functions over a reference to a field"
)]

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::Node;

/// A message, taken apart without `..`: every field by the function that reads it.
macro_rules! message {
    ($of:expr => $type:path { $($field:ident: $read:expr),* $(,)? }) => {{
        let $type { $($field),* } = $of;
        super::Node::Message(vec![$((stringify!($field), $read($field))),*])
    }};
}
pub(super) use message;

pub(super) fn int<T: Copy + Into<i128>>(number: &T) -> Node {
    Node::Int((*number).into())
}

pub(super) fn double(number: &f64) -> Node {
    Node::Double(number.to_bits())
}

pub(super) fn truth(truth: &bool) -> Node {
    Node::Bool(*truth)
}

pub(super) fn text(text: &String) -> Node {
    Node::Text(text.clone())
}

pub(super) fn bytes(bytes: &Vec<u8>) -> Node {
    Node::Bytes(bytes.clone())
}

pub(super) fn optional<T>(read: impl Fn(&T) -> Node) -> impl Fn(&Option<T>) -> Node {
    move |value| value.as_ref().map_or(Node::Absent, &read)
}

pub(super) fn list<T>(read: impl Fn(&T) -> Node) -> impl Fn(&Vec<T>) -> Node {
    move |items| Node::List(items.iter().map(&read).collect())
}

/// Sorted by their keys; those with the same key stay in their order.
pub(super) fn keyed(attributes: &Vec<KeyValue>) -> Node {
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_by_key(|it| &it.key);
    Node::List(sorted.into_iter().map(attribute).collect())
}

fn attribute(attribute: &KeyValue) -> Node {
    let KeyValue { key, value, key_strindex: _ } = attribute;
    Node::Message(vec![("key", text(key)), ("value", optional(any)(value))])
}

pub(super) fn any(value: &AnyValue) -> Node {
    let AnyValue { value } = value;
    let member = match value {
        None | Some(Value::StringValueStrindex(_)) => return Node::Message(Vec::new()),
        Some(Value::StringValue(it)) => ("string", text(it)),
        Some(Value::BoolValue(it)) => ("bool", truth(it)),
        Some(Value::IntValue(it)) => ("int", int(it)),
        Some(Value::DoubleValue(it)) => ("double", double(it)),
        Some(Value::BytesValue(it)) => ("bytes", bytes(it)),
        Some(Value::ArrayValue(ArrayValue { values })) => ("array", list(any)(values)),
        Some(Value::KvlistValue(KeyValueList { values })) => ("kvlist", keyed(values)),
    };
    Node::Message(vec![member])
}

/// A resource that was left out is an empty one.
pub(super) fn resource(resource: Option<&Resource>) -> Node {
    let empty = Resource::default();
    message!(resource.unwrap_or(&empty) => Resource {
        attributes: keyed,
        dropped_attributes_count: int,
        entity_refs: list(entity),
    })
}

fn entity(entity: &EntityRef) -> Node {
    message!(entity => EntityRef {
        schema_url: text,
        r#type: text,
        id_keys: list(text),
        description_keys: list(text),
    })
}

/// A scope that was left out is an empty one.
pub(super) fn scope(scope: Option<&InstrumentationScope>) -> Node {
    let empty = InstrumentationScope::default();
    message!(scope.unwrap_or(&empty) => InstrumentationScope {
        name: text,
        version: text,
        attributes: keyed,
        dropped_attributes_count: int,
    })
}
