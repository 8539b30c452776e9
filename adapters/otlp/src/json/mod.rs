//! OTLP/JSON: converted to protobuf once, on the way in; everything behind it sees protobuf alone. An
//! export converts the other way.
//!
//! | file | what |
//! |---|---|
//! | `schema` | OTLP's messages as a table |
//! | `read` | JSON to protobuf |
//! | `output` | protobuf as it is written, bounded |
//! | `write` | protobuf to JSON |
//!
//! What is accepted is ProtoJSON with OTLP's deviations: ids are hex in any case, enums are numbers,
//! integers are numbers or texts, unknown keys are ignored, null is absent.

mod output;
mod read;
mod schema;
mod write;

use bytes::Bytes;
use observatory_domain::budget::Reservation;
use observatory_ports::Signal;
use serde::de::DeserializeSeed;

use crate::answer::Refused;
use output::Output;
use read::{Place, Read};
pub(crate) use write::from_protobuf;

/// Levels of messages; as many as the walker takes.
const DEPTH_MAX: u8 = 101;

/// `body`, which is JSON, as protobuf of at most `bytes_max`.
pub(crate) fn to_protobuf(
    signal: Signal,
    body: &[u8],
    bytes_max: usize,
    memory: &mut Reservation,
) -> Result<Bytes, Refused> {
    let mut out = Output::new(bytes_max, memory);
    let mut json = serde_json::Deserializer::from_slice(body);
    // The depth is bounded by `Read` and `Skip`, which count messages as protobuf does.
    json.disable_recursion_limit();
    let message = schema::request(signal);
    let read = Read { message, out: &mut out, depth: DEPTH_MAX, place: Place::Top };
    let parsed = read.deserialize(&mut json).and_then(|()| json.end());
    let whole = out.finish()?;
    match parsed {
        Ok(()) => Ok(whole.into()),
        Err(error) => Err(Refused::Invalid(format!("the body is no OTLP/JSON: {error}"))),
    }
}
