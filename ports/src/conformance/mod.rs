//! The test kit that any implementation of a port must pass, and a sink in memory that does.
//!
//! Behind the feature `conformance`. Every check is a function over a [`SinkUnderTest`], so that
//! the same promises are put to the fake and to the real thing, and a fake can't lie.

mod memory;
mod sink;

pub use memory::MemorySink;
pub use sink::{SinkUnderTest, all, entry};
