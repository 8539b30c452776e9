//! The traits through which the pipeline meets the world, and their value types.
//!
//! *Driving* ports are called by what comes in ([`driving::Ingest`] by receivers, [`driving::Admin`]
//! by the HTTP API); *driven* ports are called by the pipeline. A port is written when its first
//! caller is, and none exists for what cannot vary. No tokio, SQL, HTTP or protobuf is seen here.

mod causes;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod driven;
pub mod driving;
mod request;
mod ticket;

pub use causes::causes;
pub use request::{Request, Signal};
pub use ticket::Ticket;

/// An error from below this layer.
pub type Source = Box<dyn std::error::Error + Send + Sync>;
