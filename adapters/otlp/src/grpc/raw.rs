//! A tonic codec that leaves the request as bytes and encodes the answer by prost.

use bytes::{Buf, Bytes};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

use super::charged::SharedSlot;
use crate::answer::Refused;

/// Requests stay bytes, charged as soon as they are decompressed: a client that does not end its
/// stream would else hold them for nothing until its deadline.
#[derive(Clone)]
pub(super) struct Raw(pub(super) SharedSlot);

impl Codec for Raw {
    type Encode = ExportTraceServiceResponse;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        self.clone()
    }

    fn decoder(&mut self) -> Self {
        self.clone()
    }
}

impl Encoder for Raw {
    type Item = ExportTraceServiceResponse;
    type Error = Status;

    fn encode(&mut self, item: Self::Item, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // The buffer grows: encoding can't run out of room.
        item.encode(buffer).map_err(|error| Status::internal(error.to_string()))
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let bytes = buffer.remaining() as u64;
        self.0.charge_up_to(bytes).map_err(|busy| Refused::Busy(busy).status())?;
        // Shares the receive buffer's memory; nothing is copied.
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
