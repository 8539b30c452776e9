//! One batch, one transaction: checkpoint, dimensions, rows.

mod checkpoint;
mod claim;
mod dimensions;
mod transaction;

pub(crate) use claim::{claim, renew};
pub(crate) use dimensions::Known;
pub(crate) use transaction::{Writer, leaves_the_claim_good};
