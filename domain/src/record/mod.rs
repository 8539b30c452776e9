//! Records as views: plain structs of slices over a request's bytes, never owned copies.
//!
//! A view lives as long as its visit. It says what was received, valid or not; whether a record is
//! stored is decided by [`crate::intake`].

mod attributes;
mod resource;
mod span;

pub use attributes::{Attribute, Value};
pub use resource::{ResourceView, ScopeView};
pub use span::{EventView, LinkView, SpanView, StatusView};
