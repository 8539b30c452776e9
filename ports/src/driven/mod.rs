//! What the pipeline calls.

mod clock;
mod codec;
mod database;
mod exposition;
mod migrations;
mod observer;
mod sink;
mod source;

pub use clock::Clock;
pub use codec::{Malformed, RecordCodec, Visit, Walked};
pub use database::{DatabaseProbe, PoolStatus, ProbeError};
pub use exposition::{ExpositionError, MetricsExposition};
pub use migrations::{Migration, MigrationError, MigrationState, Migrations};
pub use observer::{Event, Gauge, Gauges, Observer, Outcome};
pub use sink::{
    Claim, Committed, Entry, Footprint, Intake, Position, Prepared, RecordSink, SinkError,
};
pub use source::{ReadError, RecordSource, Selection, Stored, TakeRecords};
