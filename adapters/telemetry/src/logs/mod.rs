//! Structured logs on stdout: one JSON object a line, or text for people.
//!
//! Times are UTC. Lines of libraries that use the `log` crate (tokio-postgres) appear like ours,
//! under their own target. Writing blocks when nobody reads stdout, as for any program in a pipe:
//! lines are never dropped, so keep the debug level off hot paths.

mod filter;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

pub use filter::{FilterError, parse};

/// How a line looks (`LOG_FORMAT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people; coloured on a terminal, unless `NO_COLOR` is set.
    Text,
}

/// Why logs could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter can't be read: correct `RUST_LOG`.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Something else in this process has set up logs before.
    #[error("logs are set up already")]
    AlreadySet(#[from] TryInitError),
    /// The subscriber is gone: the filter can't be changed any more.
    #[error("the filter can't be changed")]
    Gone(#[from] reload::Error),
}

/// Changes the filter while the process runs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LogControl(Arc<reload::Handle<EnvFilter, Registry>>);

impl LogControl {
    /// Replaces the filter.
    ///
    /// # Errors
    /// When `filter` can't be read; the old one stays.
    pub fn set(&self, filter: &str) -> Result<(), LogError> {
        self.0.reload(parse(filter)?)?;
        admit_log_crate();
        Ok(())
    }
}

/// Sets up the process's logs on stdout.
///
/// # Errors
/// When `filter` (`RUST_LOG`) can't be read, or logs are set up already.
pub fn init(filter: &str, format: LogFormat) -> Result<LogControl, LogError> {
    let (subscriber, control) = subscriber(filter, format, io::stdout)?;
    subscriber.try_init()?;
    admit_log_crate();
    Ok(control)
}

/// What [`init`] installs, with another writer.
///
/// # Errors
/// When `filter` can't be read.
pub fn subscriber<W>(
    filter: &str,
    format: LogFormat,
    writer: W,
) -> Result<(impl Subscriber + Send + Sync + use<W>, LogControl), LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(parse(filter)?);
    // A failed write has nowhere to be told: stderr may be as gone as stdout, and then telling panics.
    let lines = fmt::layer().with_writer(writer).log_internal_errors(false);
    let lines = match format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        // By default the layer colours unless NO_COLOR is set: that is left as it is.
        LogFormat::Text if io::stdout().is_terminal() => lines.boxed(),
        LogFormat::Text => lines.with_ansi(false).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(filter).with(lines);
    Ok((subscriber, LogControl(Arc::new(handle))))
}

/// The `log` crate asks this bound before it makes a record; it does not follow the filter itself.
fn admit_log_crate() {
    log::set_max_level(match LevelFilter::current() {
        LevelFilter::OFF => log::LevelFilter::Off,
        LevelFilter::ERROR => log::LevelFilter::Error,
        LevelFilter::WARN => log::LevelFilter::Warn,
        LevelFilter::INFO => log::LevelFilter::Info,
        LevelFilter::DEBUG => log::LevelFilter::Debug,
        _ => log::LevelFilter::Trace,
    });
}
