//! Gauges, read once a scrape: what belongs together (active, idle and maximal connections) is
//! shown from one moment, and a source that takes a lock takes it once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use observatory_ports::driven::{Gauge, Gauges};
use opentelemetry::metrics::Meter;

use crate::catalog::{self, Origin};

#[derive(Default)]
pub(super) struct Readings {
    sources: Mutex<Vec<Arc<dyn Gauges>>>,
    values: Mutex<HashMap<Gauge, u64>>,
}

impl Readings {
    /// Makes an observable gauge of every gauge in the catalog.
    pub(super) fn register(self: &Arc<Self>, meter: &Meter) {
        for metric in catalog::ALL {
            let Origin::Gauge(gauge) = metric.origin else { continue };
            let readings = Arc::clone(self);
            let observable = meter.u64_observable_gauge(metric.name).with_unit(metric.unit);
            observable
                .with_description(metric.help)
                .with_callback(move |observer| {
                    // Copied first: the observer takes locks of the SDK.
                    let value = lock(&readings.values).get(&gauge).copied();
                    if let Some(value) = value {
                        observer.observe(value, &[]);
                    }
                })
                .build();
        }
    }

    pub(super) fn watch(&self, gauges: Arc<dyn Gauges>) {
        lock(&self.sources).push(gauges);
    }

    /// Reads every source.
    pub(super) fn refresh(&self) {
        let sources = lock(&self.sources).clone();
        let mut values = HashMap::with_capacity(Gauge::ALL.len());
        for source in sources {
            source.read(&mut |gauge, value| {
                values.insert(gauge, value);
            });
        }
        *lock(&self.values) = values;
    }
}

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readings").field("values", &self.values).finish_non_exhaustive()
    }
}

/// What is behind these locks is whole after every step: a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
