//! Requests in files, in the two forms that the OpenTelemetry Collector's file exporter writes and its
//! file receiver reads.
//!
//! | form | a request |
//! |---|---|
//! | OTLP/JSON | one line: the request as JSON, then a line feed |
//! | protobuf | the request's length as 4 bytes, big-endian, then the request |
//!
//! The first key of a JSON request tells its signal; nothing in protobuf does.

mod body;
mod frame;
mod read;

pub use body::BodyError;
pub use frame::Framed;
pub use read::{FileError, FileRequest, Requests, RequestsOptions};

/// How requests lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// OTLP/JSON, one request a line.
    Json,
    /// Protobuf, each request after its length.
    Protobuf,
}

impl FileFormat {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Json, Self::Protobuf];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "otlp-json",
            Self::Protobuf => "otlp-protobuf",
        }
    }

    /// How names of such files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "jsonl",
            Self::Protobuf => "binpb",
        }
    }
}
