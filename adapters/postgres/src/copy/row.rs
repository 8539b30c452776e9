//! Writes fields of a row, each in the binary form of its type (`*_recv` in PostgreSQL's source).

use observatory_domain::time::UnixNanos;

/// U+0000 can't be stored in PostgreSQL's text; the replacement character stands in for it.
const REPLACEMENT: &str = "\u{FFFD}";
/// Oids of arrays' element types (`pg_type.dat`).
const TEXT_OID: i32 = 25;
const INT8_OID: i32 = 20;
const FLOAT8_OID: i32 = 701;
/// Below what has too many digits for `numeric(20, 10)`, also when it is rounded up.
const NUMERIC_END: f64 = 9_999_999_999.0;
/// Twelve decimal digits before the point and twelve behind it.
const NUMERIC_DIGITS: i16 = 6;
const NUMERIC_NEGATIVE: i16 = 0x4000;
/// Microseconds from 1970 to PostgreSQL's epoch, 2000-01-01.
pub(crate) const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Appends rows to a buffer.
#[derive(Debug)]
pub struct RowWriter<'a> {
    buffer: &'a mut Vec<u8>,
    fields: i16,
    fields_at: usize,
}

impl<'a> RowWriter<'a> {
    /// Begins a row at the end of `buffer`.
    pub fn begin(buffer: &'a mut Vec<u8>) -> Self {
        let fields_at = buffer.len();
        buffer.extend_from_slice(&[0; 2]);
        Self { buffer, fields: 0, fields_at }
    }

    /// Ends the row: its number of fields is now known.
    pub fn end(self) {
        if let Some(count) = self.buffer.get_mut(self.fields_at..self.fields_at + 2) {
            count.copy_from_slice(&self.fields.to_be_bytes());
        }
    }

    /// SQL null.
    pub fn null(&mut self) {
        self.fixed(-1, &[]);
    }

    /// A field that `write` writes, or null.
    pub fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    /// `smallint`.
    pub fn int2(&mut self, value: i16) {
        self.fixed(2, &value.to_be_bytes());
    }

    /// `integer`.
    pub fn int4(&mut self, value: i32) {
        self.fixed(4, &value.to_be_bytes());
    }

    /// `bigint`.
    pub fn int8(&mut self, value: i64) {
        self.fixed(8, &value.to_be_bytes());
    }

    /// `double precision`, bit by bit.
    pub fn float8(&mut self, value: f64) {
        self.fixed(8, &value.to_bits().to_be_bytes());
    }

    /// `numeric(20, 10)`: ten digits behind the point; null for what has more than ten before it, or
    /// is no number. The form is `numeric_send`'s: digits to the base of 10,000.
    pub fn numeric(&mut self, value: f64) {
        if value.is_nan() || value.abs() >= NUMERIC_END {
            return self.null();
        }
        // Twelve digits behind the point are three of base 10,000; the last two are zero.
        let text = format!("{:.10}00", value.abs());
        let padded = format!("{text:0>25}");
        let digits: Vec<i16> = padded
            .replace('.', "")
            .as_bytes()
            .chunks_exact(4)
            .map(|four| four.iter().fold(0, |sum, it| sum * 10 + i16::from(it - b'0')))
            .collect();
        let sign = if value < 0.0 { NUMERIC_NEGATIVE } else { 0 };
        // Three digits before the point: the first weighs 10,000².
        self.field(|out| {
            for part in [NUMERIC_DIGITS, 2, sign, 10].iter().chain(&digits) {
                out.extend_from_slice(&part.to_be_bytes());
            }
        });
    }

    /// `boolean`.
    #[expect(clippy::fn_params_excessive_bools, reason = "the value itself")]
    pub fn bool(&mut self, value: bool) {
        self.fixed(1, &[u8::from(value)]);
    }

    /// `uuid`.
    pub fn uuid(&mut self, value: [u8; 16]) {
        self.fixed(16, &value);
    }

    /// `timestamptz`: microseconds since 2000-01-01. Exact for every `UnixNanos` but its last three
    /// digits, which [`sub_micros`] gives.
    pub fn timestamptz(&mut self, value: UnixNanos) {
        self.int8(micros(value));
    }

    /// `text` of bytes that are ASCII by construction.
    pub fn ascii(&mut self, value: &[u8]) {
        debug_assert!(value.is_ascii());
        self.bytes(value);
    }

    /// `bytea`.
    pub fn bytes(&mut self, value: &[u8]) {
        self.field(|out| out.extend_from_slice(value));
    }

    /// `text`; U+0000 becomes U+FFFD.
    pub fn text(&mut self, value: &str) {
        self.field(|out| push_text(out, value));
    }

    /// `text[]`.
    pub fn texts<T: AsRef<str>>(&mut self, values: impl ExactSizeIterator<Item = T>) {
        self.array(TEXT_OID, values, |out, value| push_text(out, value.as_ref()));
    }

    /// `bigint[]`.
    pub fn int8s(&mut self, values: impl ExactSizeIterator<Item = i64>) {
        self.array(INT8_OID, values, |out, value| out.extend_from_slice(&value.to_be_bytes()));
    }

    /// `double precision[]`, bit by bit.
    pub fn float8s(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        self.array(FLOAT8_OID, values, |out, value| {
            out.extend_from_slice(&value.to_bits().to_be_bytes());
        });
    }

    fn array<T>(
        &mut self,
        element: i32,
        values: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Vec<u8>, T),
    ) {
        // Bounded by the request's size, which is far below 2^31.
        let count = i32::try_from(values.len()).unwrap_or(i32::MAX);
        self.field(|out| {
            let dimensions = i32::from(count > 0);
            for part in [dimensions, 0, element] {
                out.extend_from_slice(&part.to_be_bytes());
            }
            if count > 0 {
                out.extend_from_slice(&count.to_be_bytes());
                out.extend_from_slice(&1_i32.to_be_bytes());
            }
            for value in values {
                length_prefixed(out, |out| write(out, value));
            }
        });
    }

    /// `jsonb`: version 1, then JSON text, which `write` appends.
    pub fn jsonb(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.field(|out| {
            out.push(1);
            write(out);
        });
    }

    /// A field whose bytes `write` appends; the length is filled in afterwards.
    pub fn field(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.fields += 1;
        length_prefixed(self.buffer, write);
    }

    fn fixed(&mut self, length: i32, bytes: &[u8]) {
        self.fields += 1;
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(bytes);
    }
}

fn length_prefixed(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    // A request has at most 2^31 − 1 bytes by configuration, and no field outgrows that: a longer
    // one would be refused by the server as a negative length, not stored wrongly.
    let length = i32::try_from(out.len() - at - 4).unwrap_or(i32::MIN);
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

fn push_text(out: &mut Vec<u8>, value: &str) {
    if !value.as_bytes().contains(&0) {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    let mut parts = value.split('\0');
    out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        out.extend_from_slice(REPLACEMENT.as_bytes());
        out.extend_from_slice(part.as_bytes());
    }
}

/// `value` in microseconds since 2000-01-01, rounded down.
pub(crate) fn micros(value: UnixNanos) -> i64 {
    // u64::MAX / 1000 < 2^63: the conversion can't fail.
    i64::try_from(value.0 / 1000).unwrap_or(i64::MAX) - EPOCH_MICROS
}

/// The nanoseconds that a `timestamptz` loses: 0..1000.
pub(crate) fn sub_micros(value: UnixNanos) -> i16 {
    i16::try_from(value.0 % 1000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(write: impl FnOnce(&mut RowWriter<'_>)) -> Vec<u8> {
        let mut buffer = Vec::new();
        let mut row = RowWriter::begin(&mut buffer);
        write(&mut row);
        row.end();
        buffer
    }

    #[test]
    fn a_row_begins_with_its_number_of_fields() {
        let bytes = row(|row| {
            row.null();
            row.int2(7);
            row.bool(true);
        });
        assert_eq!(bytes, [0, 3, 255, 255, 255, 255, 0, 0, 0, 2, 0, 7, 0, 0, 0, 1, 1]);
    }

    #[test]
    fn the_epoch_of_postgresql_is_zero() {
        assert_eq!(micros(UnixNanos(946_684_800_000_000_999)), 0);
        assert_eq!(sub_micros(UnixNanos(946_684_800_000_000_999)), 999);
        assert_eq!(micros(UnixNanos(0)), -EPOCH_MICROS);
    }

    #[test]
    fn what_text_can_not_hold_is_replaced() {
        let bytes = row(|row| row.text("a\0b\0"));
        assert_eq!(&bytes[6..], "a\u{FFFD}b\u{FFFD}".as_bytes());
        assert_eq!(bytes[2..6], 8_i32.to_be_bytes());
    }

    #[test]
    fn an_empty_array_has_no_dimension() {
        let bytes = row(|row| row.texts(std::iter::empty::<&str>()));
        assert_eq!(bytes[2..], [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25]);
    }

    proptest! {
        #[test]
        fn no_nanosecond_is_lost(nanos: u64) {
            let value = UnixNanos(nanos);
            let back = i128::from(micros(value)) + i128::from(EPOCH_MICROS);
            prop_assert_eq!(back * 1000 + i128::from(sub_micros(value)), i128::from(nanos));
        }
    }
}
