//! From the attributes of GenAI spans to typed columns.
//!
//! `names` is the table: which attribute fills which column, and with which precedence. [`Mapper`]
//! applies it to one span. Promotion stays invertible: an attribute leaves the remainder only when
//! its column keeps the value unchanged, and the source is recorded; a value that merely *informs*
//! a column (an integer for a double) also stays where it was.

mod column;
mod mapper;
mod names;

pub use column::{COLUMNS, Column, Kind};
pub use mapper::{Cell, Mapper, Promoted};
pub use names::{MAPPING_VERSION, Source, name_of, source_of};
