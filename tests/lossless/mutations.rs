//! The normal form sees every change that matters, and none that does not.
//!
//! Each test changes one thing in a request that has everything.

mod logs;
mod metrics;
mod traces;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

/// A test for each change, which makes the request say something else.
macro_rules! different {
    ($signal:expr, $whole:path, $($name:ident: $change:expr;)*) => { $(
        #[test]
        fn $name() {
            let (whole, mut changed) = ($whole(), $whole());
            let change: fn(&mut Request) = $change;
            change(&mut changed);
            assert_ne!(crate::mutations::form($signal, &whole), crate::mutations::form($signal, &changed));
        }
    )* };
}
/// A test for each change, which leaves what the request says.
macro_rules! same {
    ($signal:expr, $whole:path, $($name:ident: $change:expr;)*) => { $(
        #[test]
        fn $name() {
            let (whole, mut changed) = ($whole(), $whole());
            let change: fn(&mut Request) = $change;
            change(&mut changed);
            assert_ne!(whole, changed);
            assert_eq!(crate::mutations::form($signal, &whole), crate::mutations::form($signal, &changed));
        }
    )* };
}
use {different, same};

fn form(signal: observatory_ports::Signal, request: &impl prost::Message) -> crate::normal::Normal {
    crate::normal::Normal::of(signal, [request.encode_to_vec()])
}

fn value(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, of: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value(of)), key_strindex: 0 }
}

/// Of every kind, and one key twice.
fn attributes() -> Vec<KeyValue> {
    let items = vec![value(Value::IntValue(1)), value(Value::DoubleValue(1.0))];
    let members = vec![attribute("x", Value::BoolValue(true)), attribute("y", Value::IntValue(2))];
    vec![
        attribute("text", Value::StringValue("t".to_owned())),
        attribute("int", Value::IntValue(5)),
        attribute("zero", Value::DoubleValue(0.0)),
        attribute("bytes", Value::BytesValue(vec![1, 2])),
        attribute("list", Value::ArrayValue(ArrayValue { values: items })),
        attribute("map", Value::KvlistValue(KeyValueList { values: members })),
        KeyValue {
            key: "empty".to_owned(),
            value: Some(AnyValue { value: None }),
            key_strindex: 0,
        },
        attribute("twice", Value::IntValue(1)),
        attribute("twice", Value::IntValue(2)),
    ]
}

fn resource() -> Resource {
    Resource { attributes: attributes(), ..Resource::default() }
}

fn scope() -> InstrumentationScope {
    let (name, version) = ("library".to_owned(), "1".to_owned());
    InstrumentationScope { name, version, attributes: attributes(), dropped_attributes_count: 3 }
}
