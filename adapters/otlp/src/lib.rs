//! OTLP in: receivers for gRPC and HTTP, and the codec that reads their requests. And out again, into
//! files.
//!
//! | file | what |
//! |---|---|
//! | `codec` | the borrowed walker of requests |
//! | `json` | OTLP/JSON to protobuf, and back |
//! | `export` | stored records, gathered into requests |
//! | `file` | requests in files |
//! | `grpc`, `http` | the two transports |
//! | `answer` | what a client is told, by OTLP's rules, for both of them |
//! | `receiver` | what both of them share: the way in, bounds, accounting |
//!
//! Both transports admit a request before they read its body, charge its bytes to the memory
//! budget as they arrive, and answer before the client's own deadline.

mod answer;
mod bind;
mod codec;
mod export;
mod file;
mod grpc;
mod http;
mod json;
mod receiver;

pub use bind::BindError;
pub use codec::OtlpCodec;
pub use export::Gathered;
pub use file::{BodyError, FileError, FileFormat, FileRequest, Framed, Requests, RequestsOptions};
pub use grpc::GrpcReceiver;
pub use http::HttpReceiver;
pub use receiver::{Receiver, ReceiverOptions};
pub use tonic::transport::Error as TransportError;

/// The parts that tests and fuzz targets look at one by one.
#[doc(hidden)]
pub mod inner {
    use observatory_domain::budget::MemoryBudget;
    use observatory_ports::Signal;

    /// Protobuf, as a generated encoder writes it, as OTLP/JSON.
    ///
    /// # Errors
    /// When it is no such request.
    pub fn protobuf_to_json(signal: Signal, body: &[u8]) -> Result<Vec<u8>, String> {
        crate::json::from_protobuf(signal, body).map_err(|bad| bad.to_string())
    }

    /// OTLP/JSON as protobuf, with nothing but the depth bounded; or why it is none.
    ///
    /// # Errors
    /// What a client would be told.
    pub fn json_to_protobuf(signal: Signal, body: &[u8]) -> Result<Vec<u8>, String> {
        let mut memory = MemoryBudget::new(u64::MAX / 2).open();
        let converted = crate::json::to_protobuf(signal, body, usize::MAX / 2, &mut memory);
        converted.map(Into::into).map_err(|refused| refused.status().message().to_owned())
    }
}
