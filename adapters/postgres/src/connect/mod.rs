//! From a connection string to connections.

mod parameters;
mod pool;
mod target;
mod tls;
mod upkeep;

pub use pool::{ConnectError, Connections, PoolOptions, QueryLogging};
pub use target::{Target, TargetError};
