//! The joint between the keeper of metrics and the page that shows them.

/// The metrics could not be rendered.
#[derive(Debug, thiserror::Error)]
#[error("metrics could not be rendered")]
pub struct ExpositionError(#[source] pub crate::Source);

/// Renders all metrics.
pub trait MetricsExposition: Send + Sync {
    /// In the Prometheus text format, version 0.0.4.
    ///
    /// # Errors
    /// When a metric can't be rendered.
    fn render(&self) -> Result<String, ExpositionError>;
}
