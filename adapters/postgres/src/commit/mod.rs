//! One batch, one transaction: checkpoint, dimensions, rows.

mod checkpoint;
mod claim;
mod dimensions;
mod known;
mod series;
mod transaction;

pub(crate) use claim::{claim, renew};
pub(crate) use known::Known;
pub(crate) use transaction::{Writer, leaves_the_claim_good};
