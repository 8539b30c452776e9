//! Protobuf as it is written: bounded, and charged to the memory budget as it grows.

use observatory_domain::budget::Reservation;
use observatory_ports::driving::Busy;

use super::schema::Field;
use crate::answer::Refused;

/// Growth is charged in steps of this size.
const STEP_BYTES: usize = 64 * 1024;

/// A message being written.
pub(super) struct Output<'m> {
    bytes: Vec<u8>,
    bytes_max: usize,
    charged: usize,
    memory: &'m mut Reservation,
    /// Why it could not grow: a parser's error carries only a text.
    refused: Option<Refused>,
}

/// A submessage whose length is not known yet.
#[derive(Clone, Copy)]
pub(super) struct Open {
    from: usize,
}

impl<'m> Output<'m> {
    pub(super) const fn new(bytes_max: usize, memory: &'m mut Reservation) -> Self {
        Self { bytes: Vec::new(), bytes_max, charged: 0, memory, refused: None }
    }

    /// The whole, or why it could not grow.
    pub(super) fn finish(self) -> Result<Vec<u8>, Refused> {
        match self.refused {
            Some(refused) => Err(refused),
            None => Ok(self.bytes),
        }
    }

    pub(super) fn varint(&mut self, field: &Field, number: u64) -> Result<(), &'static str> {
        self.tag(field, 0);
        push_varint(&mut self.bytes, number);
        self.grown()
    }

    pub(super) fn fixed64(&mut self, field: &Field, bits: u64) -> Result<(), &'static str> {
        self.tag(field, 1);
        self.bytes.extend_from_slice(&bits.to_le_bytes());
        self.grown()
    }

    pub(super) fn fixed32(&mut self, field: &Field, bits: u32) -> Result<(), &'static str> {
        self.tag(field, 5);
        self.bytes.extend_from_slice(&bits.to_le_bytes());
        self.grown()
    }

    pub(super) fn bytes(&mut self, field: &Field, content: &[u8]) -> Result<(), &'static str> {
        self.tag(field, 2);
        push_varint(&mut self.bytes, content.len() as u64);
        self.bytes.extend_from_slice(content);
        self.grown()
    }

    /// Begins a submessage.
    pub(super) fn open(&mut self, field: &Field) -> Open {
        self.tag(field, 2);
        Open { from: self.bytes.len() }
    }

    /// Ends it: its length goes before its content, which moves by a few bytes.
    pub(super) fn close(&mut self, open: Open) -> Result<(), &'static str> {
        let content = self.bytes.len() - open.from;
        push_varint(&mut self.bytes, content as u64);
        let length = self.bytes.len() - open.from - content;
        if let Some(submessage) = self.bytes.get_mut(open.from..) {
            submessage.rotate_right(length);
        }
        self.grown()
    }

    fn tag(&mut self, field: &Field, wire_type: u32) {
        push_varint(&mut self.bytes, u64::from(field.number << 3 | wire_type));
    }

    fn grown(&mut self) -> Result<(), &'static str> {
        if self.bytes.len() > self.bytes_max {
            self.refused = Some(Refused::TooLarge { bytes_max: self.bytes_max });
            return Err("too large");
        }
        if self.bytes.len() > self.charged {
            let more = STEP_BYTES.max(self.bytes.len() - self.charged);
            if let Err(spent) = self.memory.grow(more as u64) {
                self.refused = Some(Refused::Busy(Busy::from(spent)));
                return Err("no memory");
            }
            self.charged += more;
        }
        Ok(())
    }
}

fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}
