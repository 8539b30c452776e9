//! COPY … FROM STDIN in its binary format (PostgreSQL's manual, "COPY", "Binary Format").
//!
//! | part | bytes |
//! |---|---|
//! | signature | `PGCOPY\n\xff\r\n\0` |
//! | flags | int32, 0 |
//! | header extension | int32 length, 0 |
//! | each row | int16 number of fields; each field: int32 length (−1 for null), then its bytes |
//! | trailer | int16 −1 |
//!
//! Numbers are big-endian. `docs/COPY_PROTOCOL.md` tells why rows are written straight into a buffer.

mod row;
mod stream;

pub use row::RowWriter;
pub(crate) use row::{EPOCH_MICROS, micros, sub_micros};
pub(crate) use stream::send;

/// Signature, flags and header extension.
pub(crate) const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What ends the data.
pub(crate) const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
