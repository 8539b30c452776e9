//! Resource and scope: what the records of a group have in common.

use super::Attribute;

/// The entity that sent a group of records.
#[derive(Clone, Copy, Debug)]
pub struct ResourceView<'a> {
    /// xxh3-128 over the resource's wire bytes and the schema URL: the key of its row.
    pub key: u128,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// How many the sender dropped.
    pub dropped_attributes_count: u32,
    /// The schema URL of the group; empty when not sent.
    pub schema_url: &'a str,
    /// The wire bytes of `Resource`; several when the group repeats the field (they merge).
    pub wire: &'a [&'a [u8]],
    /// Whether the wire bytes say more than these members (references to entities).
    pub carries_more: bool,
}

impl<'a> ResourceView<'a> {
    /// The value of `service.name`, when it is a text.
    #[must_use]
    pub fn service_name(&self) -> Option<&'a str> {
        self.attributes.iter().rev().find(|it| it.key == "service.name")?.value.as_str()
    }
}

/// The instrumentation library that made a group of records.
#[derive(Clone, Copy, Debug)]
pub struct ScopeView<'a> {
    /// xxh3-128 over the scope's wire bytes and the schema URL: the key of its row.
    pub key: u128,
    /// The library's name.
    pub name: &'a str,
    /// The library's version.
    pub version: &'a str,
    /// Attributes, as sent.
    pub attributes: &'a [Attribute<'a>],
    /// How many the sender dropped.
    pub dropped_attributes_count: u32,
    /// The schema URL of the group; empty when not sent.
    pub schema_url: &'a str,
    /// The wire bytes of `InstrumentationScope`; several when the group repeats the field.
    pub wire: &'a [&'a [u8]],
}
