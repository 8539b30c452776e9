//! Rows of a request, made on the request's own task: synchronous, pure, no I/O.

mod dimension;
mod json;
mod log;
mod point;
mod protobuf;
mod rows;
mod series;
mod span;
mod table;

pub(crate) use dimension::{DimensionKind, DimensionRow};
#[cfg(test)]
pub(crate) use json::{Exactness, write_json};
pub(crate) use rows::day_of;
pub use rows::{PreparedRows, prepare};
pub(crate) use series::{SeriesRow, series_rows};
pub(crate) use table::Table;
