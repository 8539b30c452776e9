//! OTLP in: receivers for gRPC and HTTP, and the codec that reads their requests.
//!
//! | file | what |
//! |---|---|
//! | `codec` | the borrowed walker of requests |
//! | `grpc`, `http` | the two transports |
//! | `answer` | what a client is told, by OTLP's rules, for both of them |
//! | `receiver` | what both of them share: the way in, bounds, accounting |
//!
//! Both transports admit a request before they read its body, charge its bytes to the memory
//! budget as they arrive, and answer before the client's own deadline.

mod answer;
mod bind;
mod codec;
mod grpc;
mod http;
mod receiver;

pub use bind::BindError;
pub use codec::OtlpCodec;
pub use grpc::GrpcReceiver;
pub use http::HttpReceiver;
pub use receiver::{Receiver, ReceiverOptions};
pub use tonic::transport::Error as TransportError;
