//! Protobuf's wire format (protobuf.dev, "Encoding"), borrowed and checked.
//!
//! | wire type | what follows the tag |
//! |---|---|
//! | 0 | a varint: seven bits a byte, at most ten bytes |
//! | 1 | eight bytes, little-endian |
//! | 2 | a length (varint), then as many bytes |
//! | 3, 4 | start and end of a group, which nothing of ours uses: skipped |
//! | 5 | four bytes, little-endian |

use observatory_ports::driven::Malformed;

/// Something that is no protobuf, or not of its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bad {
    /// The address of the byte where it was noticed.
    address: usize,
    reason: &'static str,
    field: &'static str,
}

impl Bad {
    pub(crate) fn new(at: &[u8], reason: &'static str) -> Self {
        Self { address: at.as_ptr().addr(), reason, field: "" }
    }

    /// Names the field, if none is named yet.
    pub(crate) fn named(mut self, field: &'static str) -> Self {
        if self.field.is_empty() {
            self.field = field;
        }
        self
    }

    /// The error for people, with its place in `body`.
    pub(crate) fn within(self, body: &[u8]) -> Malformed {
        let offset = self.address.wrapping_sub(body.as_ptr().addr()).min(body.len());
        let separator = if self.field.is_empty() { "" } else { ": " };
        Malformed { offset, reason: format!("{}{separator}{}", self.field, self.reason) }
    }
}

/// How many more levels of messages may open; as many as prost allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depth(u8);

impl Depth {
    /// At the top of a request.
    pub(crate) const TOP: Self = Self(100);

    /// The depth inside a submessage.
    pub(crate) fn enter(self, at: &[u8]) -> Result<Self, Bad> {
        match self.0.checked_sub(1) {
            Some(left) => Ok(Self(left)),
            None => Err(Bad::new(at, "nested more than 100 levels deep")),
        }
    }
}

/// A field's content.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    /// A whole group, skipped.
    Group,
    Fixed32(u32),
}

/// The fields of a message.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    depth: Depth,
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(message: &'a [u8], depth: Depth) -> Self {
        Self { rest: message, depth }
    }

    /// The fields of a submessage of this message.
    pub(crate) fn inside(&self, submessage: &'a [u8]) -> Result<Self, Bad> {
        Ok(Self::new(submessage, self.depth.enter(submessage)?))
    }

    /// The depth inside a submessage of this message.
    pub(crate) fn depth_inside(&self, submessage: &'a [u8]) -> Result<Depth, Bad> {
        self.depth.enter(submessage)
    }

    /// The numbers of a packed field, for [`Fields::next_varint`].
    pub(crate) const fn packed(&self, numbers: &'a [u8]) -> Self {
        Self::new(numbers, self.depth)
    }

    /// The next of packed varints; nothing at their end.
    pub(crate) fn next_varint(&mut self) -> Result<Option<u64>, Bad> {
        if self.rest.is_empty() { Ok(None) } else { self.varint().map(Some) }
    }

    /// What is still to be read.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next field, with its number; nothing at the end of the message.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "callers then match without building the field first")]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Field<'a>)>, Bad> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.tag()?;
        let field = match wire_type {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Field::Bytes(self.delimited()?),
            5 => Field::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => self.rare(number, wire_type)?,
        };
        Ok(Some((number, field)))
    }

    /// The wire types that nobody sends.
    #[cold]
    fn rare(&mut self, number: u32, wire_type: u8) -> Result<Field<'a>, Bad> {
        match wire_type {
            3 => self.group(number),
            4 => Err(self.bad("a group ends that never began")),
            _ => Err(self.bad("no such wire type")),
        }
    }

    /// What to do with a field that the message does not know.
    pub(crate) fn unknown(&self, field: Field<'a>) -> Result<(), Bad> {
        match field {
            // Skipped already, and its depth was checked on the way.
            Field::Group => Ok(()),
            _ => self.depth.enter(self.rest).map(|_| ()),
        }
    }

    /// What to say of a known field with another wire type.
    pub(crate) fn mistyped(&self) -> Bad {
        self.bad("wrong wire type")
    }

    #[cold]
    fn bad(&self, reason: &'static str) -> Bad {
        Bad::new(self.rest, reason)
    }

    #[inline]
    fn tag(&mut self) -> Result<(u32, u8), Bad> {
        let key = self.varint()?;
        let Ok(key) = u32::try_from(key) else { return Err(self.bad("a tag beyond 32 bits")) };
        if key >> 3 == 0 {
            return Err(self.bad("a field numbered 0"));
        }
        // Three bits.
        Ok((key >> 3, u8::try_from(key & 7).unwrap_or_default()))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Bad> {
        match self.rest {
            [first, rest @ ..] if *first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*first))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Bad> {
        let mut value = 0;
        for (index, byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                if index == 9 && *byte > 1 {
                    return Err(self.bad("a varint beyond 64 bits"));
                }
                self.rest = self.rest.get(index + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(self.bad("a varint without an end"))
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Bad> {
        match self.rest.split_first_chunk() {
            Some((array, rest)) => {
                self.rest = rest;
                Ok(*array)
            }
            None => Err(self.bad("truncated")),
        }
    }

    #[inline]
    fn delimited(&mut self) -> Result<&'a [u8], Bad> {
        let length = self.varint()?;
        let split = usize::try_from(length).ok().and_then(|it| self.rest.split_at_checked(it));
        match split {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.bad("a length beyond the end of its message")),
        }
    }

    /// Skips a group up to its end tag.
    fn group(&mut self, number: u32) -> Result<Field<'a>, Bad> {
        let outside = self.depth;
        let inside = outside.enter(self.rest)?;
        loop {
            if self.rest.is_empty() {
                return Err(self.bad("a group without an end"));
            }
            let mut ahead = self.clone();
            if let (ended, 4) = ahead.tag()? {
                self.rest = ahead.rest;
                return if ended == number {
                    Ok(Field::Group)
                } else {
                    Err(self.bad("a group ends that never began"))
                };
            }
            self.depth = inside;
            if let Some((_, field)) = self.next()? {
                self.unknown(field)?;
            }
            self.depth = outside;
        }
    }
}

/// `bytes` as text; protobuf's strings are UTF-8.
#[inline]
pub(crate) fn text<'a>(bytes: &'a [u8], field: &'static str) -> Result<&'a str, Bad> {
    std::str::from_utf8(bytes).map_err(|_at| Bad::new(bytes, "not UTF-8").named(field))
}

/// The low 32 bits: how protobuf reads a `uint32` from a longer varint.
#[expect(clippy::cast_possible_truncation, reason = "protobuf truncates")]
pub(crate) const fn low_32(varint: u64) -> u32 {
    varint as u32
}
