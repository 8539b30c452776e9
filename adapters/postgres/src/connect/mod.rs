//! From a connection string to connections.

mod parameters;
mod pool;
mod session;
mod target;
mod tls;
mod upkeep;

pub use pool::{ConnectError, Connections, PoolOptions, QueryLogging};
pub(crate) use session::Session;
pub use target::{Target, TargetError};
