//! Identifiers, each its own type: none can stand in for another.

use std::fmt;

/// A trace's 16 bytes; never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// A span's 8 bytes; never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId([u8; 8]);

/// Why some bytes are no id (opentelemetry-proto, trace.proto: wrong length or all zero is invalid).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// The id has another length than the protocol demands.
    #[error("has {found} bytes instead of {expected}")]
    Length {
        /// Bytes received.
        found: usize,
        /// Bytes demanded.
        expected: usize,
    },
    /// Every byte is zero.
    #[error("is all zero")]
    Zero,
}

impl TraceId {
    /// # Errors
    /// When `bytes` are not 16, or all zero.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadId> {
        parse(bytes).map(Self)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl SpanId {
    /// # Errors
    /// When `bytes` are not 8, or all zero.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadId> {
        parse(bytes).map(Self)
    }

    /// The 8 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

fn parse<const N: usize>(bytes: &[u8]) -> Result<[u8; N], BadId> {
    let Ok(id) = <[u8; N]>::try_from(bytes) else {
        return Err(BadId::Length { found: bytes.len(), expected: N });
    };
    if id == [0; N] { Err(BadId::Zero) } else { Ok(id) }
}

/// The tenant that a row belongs to; 0 until ingest keys name others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(pub i32);

/// A lane's 128 random bits, drawn once for each opening: never reused, so that a restored volume
/// or a cloned machine can't skip another lane's sequences.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(pub u128);

impl fmt::Display for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LaneId({self})")
    }
}

/// The number of an entry in its lane: dense, the first is 1; 0 stands before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(pub u64);

impl Sequence {
    /// The sequence that stands `entries` after this one.
    #[must_use]
    pub const fn plus(self, entries: u64) -> Self {
        Self(self.0.saturating_add(entries))
    }
}

/// A record's place in its request, counted from 0 over all records of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ordinal(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_zeros_or_of_another_length_is_none() {
        assert_eq!(TraceId::parse(&[0; 16]), Err(BadId::Zero));
        assert_eq!(TraceId::parse(&[1; 15]), Err(BadId::Length { found: 15, expected: 16 }));
        assert_eq!(SpanId::parse(&[]), Err(BadId::Length { found: 0, expected: 8 }));
        assert_eq!(SpanId::parse(&[7; 8]).map(|id| *id.bytes()), Ok([7; 8]));
    }
}
