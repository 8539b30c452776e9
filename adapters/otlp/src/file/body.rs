//! A request of a file as the protobuf that is taken in.

use bytes::Bytes;
use observatory_domain::budget::Reservation;
use observatory_ports::driving::Busy;

use super::{FileFormat, FileRequest};
use crate::answer::Refused;
use crate::json;

/// A request can't be taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// There is no memory for it now.
    #[error(transparent)]
    Busy(Busy),
    /// It is not what it should be.
    #[error("{0}")]
    Invalid(String),
}

impl FileRequest {
    /// The request as protobuf of at most `bytes_max`; its bytes are counted in `memory`.
    ///
    /// # Errors
    /// When it is no such request, or there is no memory for it.
    pub fn protobuf(&self, bytes_max: usize, memory: &mut Reservation) -> Result<Bytes, BodyError> {
        match self.format {
            FileFormat::Json => {
                json::to_protobuf(self.signal, &self.body, bytes_max, memory).map_err(Into::into)
            }
            FileFormat::Protobuf => {
                let grown = memory.grow(self.body.len() as u64);
                grown.map_err(|spent| BodyError::Busy(spent.into()))?;
                Ok(self.body.clone())
            }
        }
    }
}

impl From<Refused> for BodyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Busy(busy) => Self::Busy(busy),
            Refused::Invalid(reason) | Refused::Unsupported(reason) => Self::Invalid(reason),
            Refused::TooLarge { bytes_max } => Self::Invalid(format!(
                "as protobuf it is larger than {bytes_max} bytes (OTLP_MAX_REQUEST_BYTES)"
            )),
        }
    }
}
