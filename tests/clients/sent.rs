//! What an SDK had, in words that both languages write.

use serde::Deserialize;

/// A value with its kind.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
    /// As a text that parses to the same bits.
    Double(String),
    Bool(bool),
    List(Vec<Self>),
}

/// In the order of the SDK; no name twice.
pub(crate) type Attributes = Vec<(String, Value)>;

/// A span, as the SDK's processors saw it end.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sent {
    /// Hexadecimal.
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) trace_state: String,
    /// As the SDK's exporter is known to encode them.
    pub(crate) flags: u32,
    pub(crate) name: String,
    /// OTLP's number.
    pub(crate) kind: u8,
    /// Nanoseconds since 1970.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped_events: u32,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_links: u32,
    /// OTLP's number.
    pub(crate) status: u8,
    pub(crate) status_message: String,
    pub(crate) scope: Scope,
    pub(crate) resource: Resource,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) time: u64,
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Link {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) trace_state: String,
    pub(crate) flags: u32,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Scope {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) schema_url: String,
    pub(crate) attributes: Attributes,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Resource {
    pub(crate) schema_url: String,
    pub(crate) attributes: Attributes,
}
