//! What kind of database this is, and what differs between the kinds.

mod detect;
mod partitions;

pub use detect::{Edition, EditionError};
pub(crate) use partitions::Partitions;
