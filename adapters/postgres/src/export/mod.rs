//! Stored records, read again: rows to views, the way back of `prepare`.
//!
//! | file | what |
//! |---|---|
//! | `source` | the port's face: two connections, one that streams rows and one that looks up |
//! | `row` | a row's columns, in the order of its query |
//! | `json` | JSON as attributes and values |
//! | `span`, `log`, `point` | each table's query, and its rows as views |
//! | `promoted` | attributes back from their typed columns |
//! | `dimension` | resources, scopes and series: their queries and rows as views |
//! | `lookup` | those that a chunk of rows names, from a bounded cache |
//! | `error` | what can be wrong with stored records |
//!
//! Invariants: rows are held a chunk at a time (`CHUNK_ROWS`, `CHUNK_BYTES`), what they name in a cache
//! of `CACHE_ENTRIES` and `CACHE_BYTES`, on top of what one chunk names; nothing is sorted, and every
//! wait has the deadline of a statement. A row that can't be read ends the export: it is never left out.

mod dimension;
mod error;
mod json;
mod log;
mod lookup;
mod point;
mod promoted;
mod row;
mod source;
mod span;

pub use source::PostgresSource;
