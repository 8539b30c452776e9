//! Requests as they are written to a file.

use observatory_ports::Signal;
use observatory_ports::driven::Malformed;

use super::FileFormat;
use crate::json;

/// A request as it lies in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed(pub Vec<u8>);

impl Framed {
    /// `request` of `signal`, which is protobuf, in `format`.
    ///
    /// # Errors
    /// When it is no such request.
    pub fn new(format: FileFormat, signal: Signal, request: &[u8]) -> Result<Self, Malformed> {
        match format {
            FileFormat::Json => {
                let mut line = json::from_protobuf(signal, request)?;
                line.push(b'\n');
                Ok(Self(line))
            }
            FileFormat::Protobuf => {
                let too_large = |_beyond| Malformed {
                    offset: 0,
                    reason: "larger than its length can tell (4 GiB)".to_owned(),
                };
                let length = u32::try_from(request.len()).map_err(too_large)?;
                Ok(Self([&length.to_be_bytes(), request].concat()))
            }
        }
    }
}
