//! `export`: stored records as OTLP, into files or standard output.
//!
//! | file | what |
//! |---|---|
//! | `output` | a file that appears once it is whole, or standard output |
//! | `writer` | records into requests, requests into the output |
//!
//! Memory is bounded: a chunk of rows, a request that is being gathered, and those that a chunk fills.

mod output;
mod writer;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use observatory_otlp::FileFormat;
use observatory_ports::Signal;
use observatory_ports::driven::{RecordSource, Selection};
use observatory_postgres::{Connections, PostgresSource};

use super::database::{Opened, open};
use super::progress::Progress;
use super::serve::Signals;
use crate::cli::ExportTask;
use crate::config::Config;
use output::Output;
use writer::Writer;

/// How long connections may take to close.
const CLOSE_MAX: Duration = Duration::from_secs(1);

/// What is written where.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    signal: Signal,
    /// Nothing means standard output.
    file: Option<PathBuf>,
}

/// Exports.
pub(super) async fn run(config: &Config, task: &ExportTask) -> anyhow::Result<ExitCode> {
    let parts = parts(task)?;
    let mut signals = Signals::new()?;
    let opened = tokio::select! {
        opened = open(config) => opened?,
        () = signals.next() => return Ok(ExitCode::from(130)),
    };
    let exported = tokio::select! {
        exported = export(config, &opened, task, &parts) => exported.map(|()| ExitCode::SUCCESS),
        // What was begun is removed with the future.
        () = signals.next() => Ok(ExitCode::from(130)),
    };
    opened.close().await?;
    exported
}

async fn export(
    config: &Config,
    opened: &Opened,
    task: &ExportTask,
    parts: &[Part],
) -> anyhow::Result<()> {
    let settings = &config.settings;
    let connections = Connections::new(&opened.target, settings.pool)?;
    connections.wait_until_up(settings.startup_max).await?;
    let source = PostgresSource::new(connections.clone(), settings.sink.statement_deadline);
    let mut progress = Progress::new("exported");
    for part in parts {
        progress.begin(part.signal.name());
        let mut output = Output::create(part.file.as_deref()).await?;
        let mut writer = Writer::new(part.signal, task.format, &mut output, &mut progress);
        source.read(part.signal, task.selection, &mut writer).await?;
        writer.finish().await?;
        output.finish().await?;
    }
    progress.finish();
    if tokio::time::timeout(CLOSE_MAX, connections.close()).await.is_err() {
        tracing::debug!("connections were still open at the end");
    }
    Ok(())
}

/// Which signals go where; or what is wrong with the task.
fn parts(task: &ExportTask) -> anyhow::Result<Vec<Part>> {
    let signals = signals(task)?;
    let one = signals.len() == 1;
    let Some(output) = &task.output else {
        ensure!(
            one || task.format == FileFormat::Json,
            "--format otlp-protobuf on standard output takes one --signal, for nothing in it tells the \
             signals apart: name one, or --output FOLDER, or take --format otlp-json"
        );
        return Ok(signals.into_iter().map(|signal| Part { signal, file: None }).collect());
    };
    let folder = output.is_dir();
    if one && !folder && !named_as_folder(output) {
        let file = Some(output.clone());
        return Ok(signals.into_iter().map(|signal| Part { signal, file: file.clone() }).collect());
    }
    std::fs::create_dir_all(output)
        .with_context(|| format!("--output {}: no folder can be made there", output.display()))?;
    let file =
        |signal: Signal| output.join(format!("{}.{}", signal.name(), task.format.extension()));
    Ok(signals.into_iter().map(|signal| Part { signal, file: Some(file(signal)) }).collect())
}

fn named_as_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// Every signal, unless some are named. No data point belongs to a trace.
fn signals(task: &ExportTask) -> anyhow::Result<Vec<Signal>> {
    let trace = matches!(task.selection, Selection::Trace(_));
    if trace && task.signals.contains(&Signal::Metrics) {
        bail!(
            "--signal metrics with --trace-id: no data point belongs to a trace; use --from and --to"
        );
    }
    if !task.signals.is_empty() {
        return Ok(task.signals.clone());
    }
    Ok(Signal::ALL.into_iter().filter(|it| !trace || *it != Signal::Metrics).collect())
}

#[cfg(test)]
mod tests {
    use observatory_domain::time::UnixNanos;

    use super::*;

    fn task(signals: &[Signal], format: FileFormat, output: Option<&Path>) -> ExportTask {
        let selection = Selection::Period { from: UnixNanos(0), to: UnixNanos(1) };
        let output = output.map(Path::to_owned);
        ExportTask { selection, signals: signals.to_owned(), format, output }
    }

    fn files(task: &ExportTask) -> Vec<Option<PathBuf>> {
        parts(task).unwrap().into_iter().map(|it| it.file).collect()
    }

    #[test]
    fn one_signal_takes_a_file_and_several_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let [file, new] = ["out.jsonl", "new"].map(|it| folder.path().join(it));
        let one = task(&[Signal::Logs], FileFormat::Json, Some(&file));
        assert_eq!(files(&one), [Some(file)]);
        let into = task(&[Signal::Logs], FileFormat::Protobuf, Some(folder.path()));
        assert_eq!(files(&into), [Some(folder.path().join("logs.binpb"))]);
        let all = files(&task(&[], FileFormat::Json, Some(&new)));
        let expected = ["traces.jsonl", "metrics.jsonl", "logs.jsonl"].map(|it| Some(new.join(it)));
        assert_eq!(all, expected);
        assert!(new.is_dir());
    }

    #[test]
    fn standard_output_takes_all_signals_as_json_and_one_as_protobuf() {
        assert_eq!(files(&task(&[], FileFormat::Json, None)), [None, None, None]);
        assert_eq!(files(&task(&[Signal::Traces], FileFormat::Protobuf, None)), [None]);
        let error = parts(&task(&[], FileFormat::Protobuf, None)).unwrap_err().to_string();
        assert!(error.contains("takes one --signal"), "{error}");
    }

    #[test]
    fn a_trace_has_spans_and_log_records() {
        let id = observatory_domain::ids::TraceId::parse(&[1; 16]).unwrap();
        let of_trace = |signals: &[Signal]| ExportTask {
            selection: Selection::Trace(id),
            ..task(signals, FileFormat::Json, None)
        };
        let found: Vec<_> = parts(&of_trace(&[])).unwrap().iter().map(|it| it.signal).collect();
        assert_eq!(found, [Signal::Traces, Signal::Logs]);
        assert!(parts(&of_trace(&[Signal::Metrics])).is_err());
    }
}
