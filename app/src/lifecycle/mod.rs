//! The service's life: up in the order of its needs, down in the order of the pipeline.
//!
//! Up: the ports are bound (a conflict shows at once) → the API answers, unhealthy → the database
//! is met → migrations → lanes → receivers. Down: no new request → receivers finish what is in
//! flight → lanes drain → everything else. One deadline covers the way down.

mod drain;
mod inside;
mod maintenance;
mod service;
mod start;

pub use inside::Inside;
pub use service::{Service, ServiceError, reachable};
pub use start::{Ready, StartError};
