//! Metrics by the OpenTelemetry SDK, shown as Prometheus text.
//!
//! The exporter would add a scope label, unit suffixes and `_total` of its own accord; all of it is
//! switched off, so that a name in the [`catalog`](mod@crate::catalog) is the name on the page. At a
//! scrape: every [`Gauges`] is read once, the SDK collects, and what was never counted is shown as
//! 0. The registry is ours alone: two instances in one process don't meet.

mod instruments;
mod readings;
mod zeros;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::prometheus::{Registry, TextEncoder};
use observatory_domain::time::UnixNanos;
use observatory_ports::driven::{Event, ExpositionError, Gauges, MetricsExposition, Observer};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Gauge, Meter, MeterProvider as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::catalog::{self, Metric};
use instruments::Instruments;
use readings::Readings;

/// The exporter could not be joined to its registry.
#[derive(Debug, thiserror::Error)]
#[error("the Prometheus exporter could not be set up")]
pub struct SetupError(#[from] OTelSdkError);

/// Counts events, reads gauges and renders both.
pub struct Telemetry {
    instruments: Instruments,
    readings: Arc<Readings>,
    registry: Registry,
    meter: Meter,
    /// Instruments stop counting when their provider is dropped.
    _provider: SdkMeterProvider,
}

/// Counts nothing: the observer when `METRICS_ENABLED` is false.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _: Event) {}
}

impl Telemetry {
    /// Metrics that start from 0.
    ///
    /// # Errors
    /// When the exporter can't be joined to its registry.
    pub fn new() -> Result<Self, SetupError> {
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .without_units()
            .without_counter_suffixes()
            .without_target_info()
            .build()?;
        let provider = SdkMeterProvider::builder()
            .with_resource(Resource::builder_empty().build())
            .with_reader(exporter)
            .build();
        let meter = provider.meter("observatory");
        let readings = Arc::<Readings>::default();
        readings.register(&meter);
        // All our crates have the workspace's version.
        let version = KeyValue::new("version", env!("CARGO_PKG_VERSION"));
        gauge(&meter, &catalog::BUILD).record(1.0, &[version]);
        let instruments = Instruments::new(&meter);
        Ok(Self { instruments, readings, registry, meter, _provider: provider })
    }

    /// Tells when the process started; until then that metric is absent.
    pub fn started(&self, at: UnixNanos) {
        let seconds = Duration::from_nanos(at.0).as_secs_f64();
        gauge(&self.meter, &catalog::STARTED).record(seconds, &[]);
    }

    /// Shows what `gauges` know at each scrape, and keeps them for as long as this lives. Of two
    /// that know the same gauge, the last one watched is shown.
    pub fn watch(&self, gauges: &Arc<dyn Gauges>) {
        self.readings.watch(Arc::clone(gauges));
    }
}

impl Observer for Telemetry {
    fn observe(&self, event: Event) {
        self.instruments.observe(event);
    }
}

impl MetricsExposition for Telemetry {
    fn render(&self) -> Result<String, ExpositionError> {
        self.readings.refresh();
        let mut families = self.registry.gather();
        zeros::fill(&mut families);
        TextEncoder::new()
            .encode_to_string(&families)
            .map_err(|error| ExpositionError(Box::new(error)))
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

fn gauge(meter: &Meter, metric: &Metric) -> Gauge<f64> {
    let gauge = meter.f64_gauge(metric.name).with_description(metric.help);
    gauge.with_unit(metric.unit).build()
}
