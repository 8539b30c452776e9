//! The rules of the house, without any I/O, clock, async runtime or global.
//!
//! # Glossary
//! | word | meaning |
//! |---|---|
//! | record | one span, metric point or log record |
//! | series | the points of one metric with the same attributes, from one resource and scope |
//! | request | the bytes of one OTLP export call, decompressed |
//! | entry | a request on its way to the sink, with the rows prepared from it |
//! | lane | an ordered stream of entries with dense sequence numbers: one writer, one connection |
//! | sequence | the number of an entry in its lane; the first is 1 |
//! | batch | the entries that a lane commits in one transaction |
//! | checkpoint | the highest sequence of a lane that the database has committed |
//! | flush | closing a batch and committing it |
//! | sink | what stores batches: PostgreSQL here, anything downstream |
//! | ack | the positive answer to a client; sent only after the commit |
//! | refused | a record that policy keeps out, told to the client by `partial_success` |
//! | poison | a record that the database itself refuses |
//! | edition | plain PostgreSQL, TimescaleDB Apache, or TimescaleDB Community |
//! | retention | how long records stay, in days |
//!
//! Everything here is a value or a function of its arguments: time and randomness are passed in.

pub mod accounting;
pub mod batch;
pub mod budget;
pub mod genai;
pub mod ids;
pub mod intake;
pub mod record;
pub mod retry;
pub mod time;
