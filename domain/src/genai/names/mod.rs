//! Which attribute fills which column, and with which precedence.

mod lookup;
mod table;

use super::Column;
use super::form::Form;

pub use lookup::{name_of, source_of};
#[cfg(test)]
pub(super) use table::SOURCES;

/// Rows carry this number, so that a row can be read by the table that wrote it. It rises when a
/// line changes its meaning; added lines don't raise it.
pub const MAPPING_VERSION: i16 = 1;

/// An attribute that fills a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The number by which a row records this source. Never reused.
    pub id: u16,
    /// The attribute's name.
    pub name: &'static str,
    /// The column that may keep it.
    pub column: Column,
    /// Precedence among the sources of a column: the lowest valid one wins.
    pub rank: u8,
    /// How its value is read.
    pub form: Form,
    /// Further columns that it informs.
    pub also: &'static [Use],
}

/// A column that an attribute informs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The column.
    pub column: Column,
    /// Precedence among the sources of the column.
    pub rank: u8,
    /// How the value is read.
    pub form: Form,
}

impl Source {
    /// The first use: the one that may keep the attribute.
    pub(super) const fn first(&self) -> Use {
        Use { column: self.column, rank: self.rank, form: self.form }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::containers;
    use super::*;

    #[test]
    fn every_source_has_a_number_and_a_name_of_its_own() {
        let ids: HashSet<_> = SOURCES.iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), SOURCES.len());
        assert!(ids.iter().all(|id| *id < 512), "the mapper has room for 512");
        for source in SOURCES {
            assert_eq!(source_of(source.name), Some(source));
            assert_eq!(name_of(source.id), Some(source.name));
        }
        assert_eq!((source_of("other"), source_of(""), name_of(511)), (None, None, None));
    }

    #[test]
    fn no_two_sources_of_a_column_share_a_rank() {
        let mut ranks = HashSet::new();
        for source in SOURCES {
            for it in source.also.iter().chain([&source.first()]) {
                assert!(ranks.insert((it.column, it.rank)), "{} shares its rank", source.name);
            }
        }
        for (column, rank) in containers::ranks() {
            assert!(!ranks.contains(&(column, rank)), "a member shares rank {rank} of {column:?}");
        }
    }

    #[test]
    fn every_fact_has_a_source() {
        let filled: HashSet<_> = SOURCES
            .iter()
            .flat_map(|it| it.also.iter().map(|it| it.column).chain([it.column]))
            .chain(containers::ranks().map(|it| it.0))
            .collect();
        assert_eq!(filled, Column::ALL.into());
    }
}
