//! Records as views: plain structs of slices over a request's bytes, never owned copies.
//!
//! A view lives as long as its visit. It says what was received, valid or not; whether a record is
//! stored is decided by [`crate::intake`].

mod attributes;
#[cfg(test)]
pub(crate) mod example;
mod log;
mod metric;
mod resource;
mod span;

pub use attributes::{Attribute, Value};
pub use log::LogView;
pub use metric::{
    BucketsView, ExemplarView, ExponentialView, HistogramView, MetricKind, MetricView, Number,
    PointData, PointView, QuantileView, SummaryView,
};
pub use resource::{ResourceView, ScopeView};
pub use span::{EventView, LinkView, SpanView, StatusView};

/// One record of whatever signal.
#[derive(Clone, Copy, Debug)]
pub enum RecordView<'a> {
    /// Of traces.
    Span(&'a SpanView<'a>),
    /// Of metrics.
    Point(&'a PointView<'a>),
    /// Of logs.
    Log(&'a LogView<'a>),
}
