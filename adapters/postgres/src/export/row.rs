//! A row's columns, taken in the order of its query.

use std::error::Error;

use observatory_domain::time::UnixNanos;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::error::{ExportError, Odd};
use crate::copy::EPOCH_MICROS;

/// A fallible conversion's error, as tokio-postgres wants it.
type Source = Box<dyn Error + Sync + Send>;

/// The columns of a row that are still to be taken.
pub(super) struct Columns<'r> {
    row: &'r Row,
    table: &'static str,
    next: usize,
}

impl<'r> Columns<'r> {
    /// Those of `row`, which is of `table`.
    pub(super) const fn new(row: &'r Row, table: &'static str) -> Self {
        Self { row, table, next: 0 }
    }

    /// The next column.
    pub(super) fn take<T: FromSql<'r>>(&mut self) -> Result<T, ExportError> {
        let taken = self.row.try_get(self.next);
        self.next += 1;
        taken.map_err(|error| self.odd(error))
    }

    /// The next column, by a function over its value.
    pub(super) fn take_as<T: FromSql<'r>, U>(
        &mut self,
        read: impl FnOnce(T) -> Result<U, Source>,
    ) -> Result<U, ExportError> {
        let value = self.take()?;
        read(value).map_err(|source| self.odd(source))
    }

    /// The next two columns: microseconds, and the nanoseconds beyond them. Null is 0.
    pub(super) fn take_time(&mut self) -> Result<UnixNanos, ExportError> {
        let micros: Option<Micros> = self.take()?;
        let nanos: i16 = self.take()?;
        let Some(micros) = micros else { return Ok(UnixNanos(0)) };
        micros.plus(nanos).ok_or_else(|| self.odd(Odd("a time before 1970 or after 2554")))
    }

    /// A column at a place of its own, whichever was taken before.
    pub(super) fn at<T: FromSql<'r>>(&self, place: usize) -> Result<T, ExportError> {
        self.row.try_get(place).map_err(|error| self.odd_at(place, error))
    }

    /// What to say of the column that was taken last.
    pub(super) fn odd(&self, source: impl Into<Source>) -> ExportError {
        self.odd_at(self.next.saturating_sub(1), source)
    }

    fn odd_at(&self, place: usize, source: impl Into<Source>) -> ExportError {
        let column = self.row.columns().get(place).map_or_else(String::new, |it| it.name().into());
        ExportError::Column { table: self.table, column, source: source.into() }
    }
}

/// Bytes that a row holds.
pub(super) fn bytes_of(row: &Row) -> usize {
    row.raw_size_bytes()
}

/// `timestamptz`: microseconds since 2000-01-01, of which the database compares no nanosecond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Micros(i64);

impl Micros {
    /// `time`, rounded down.
    pub(super) fn before(time: UnixNanos) -> Self {
        Self(crate::copy::micros(time))
    }

    fn plus(self, nanos: i16) -> Option<UnixNanos> {
        let micros = u64::try_from(self.0.checked_add(EPOCH_MICROS)?).ok()?;
        let nanos = u64::try_from(nanos).ok()?;
        micros.checked_mul(1000)?.checked_add(nanos).map(UnixNanos)
    }
}

impl FromSql<'_> for Micros {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Source> {
        Ok(Self(i64::from_be_bytes(raw.try_into()?)))
    }

    accepts!(TIMESTAMPTZ);
}

impl ToSql for Micros {
    fn to_sql(&self, _: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Source> {
        out.extend_from_slice(&self.0.to_be_bytes());
        Ok(IsNull::No)
    }

    accepts!(TIMESTAMPTZ);
    to_sql_checked!();
}

/// The text of a `jsonb`, or of a `text` that holds JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonText<'r>(pub(super) &'r str);

impl<'r> FromSql<'r> for JsonText<'r> {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Self, Source> {
        let text = match raw {
            // Version 1 is the only one there is.
            [1, text @ ..] if *of == Type::JSONB => text,
            _ if *of == Type::JSONB => return Err(Odd("an unknown version of jsonb").into()),
            text => text,
        };
        Ok(Self(std::str::from_utf8(text)?))
    }

    accepts!(JSONB, TEXT);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::copy::{micros, sub_micros};

    proptest! {
        #[test]
        fn a_time_comes_back_to_the_nanosecond(nanos: u64) {
            let time = UnixNanos(nanos);
            prop_assert_eq!(Micros(micros(time)).plus(sub_micros(time)), Some(time));
        }
    }
}
