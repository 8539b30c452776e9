//! Rows of a request, made on the request's own task: synchronous, pure, no I/O.

mod dimension;
mod json;
mod span;
mod spans;

pub(crate) use dimension::{DimensionKind, DimensionRow};
pub(crate) use span::COPY_STATEMENT;
pub(crate) use spans::day_of;
pub use spans::{PreparedSpans, prepare_spans};
