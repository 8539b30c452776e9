//! From the attributes of GenAI spans, in whatever dialect, to typed columns.
//!
//! `names` is the table: which attribute fills which column, and with which precedence. [`Mapper`]
//! applies it to one span. Promotion stays invertible: an attribute leaves the remainder only when
//! its column keeps the value unchanged, and the source is recorded; a value that merely *informs*
//! a column (an integer for a double, a word of another vocabulary, a member of a JSON text) also
//! stays where it was.

mod call;
mod column;
mod containers;
mod derived;
mod flat;
mod form;
mod mapper;
mod names;
mod scope;
mod usage;
mod words;

pub use call::CallKind;
pub use column::{COLUMNS, Column, Kind, Place};
pub use form::Form;
pub use mapper::{Cell, Mapper, Promoted};
pub use names::{MAPPING_VERSION, Source, Use, name_of, source_of};
pub use scope::Emitter;
pub use usage::{Normalized, Semantics, Usage, normalize};
