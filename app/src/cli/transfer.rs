//! What is exported and imported, as the command line says it.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use observatory_domain::ids::TraceId;
use observatory_domain::time::UnixNanos;
use observatory_otlp::FileFormat;
use observatory_ports::Signal;
use observatory_ports::driven::Selection;

/// `export`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTask {
    /// Which records.
    pub selection: Selection,
    /// The signals that were named; none means all.
    pub signals: Vec<Signal>,
    /// How they are written.
    pub format: FileFormat,
    /// A file or a folder; else standard output.
    pub output: Option<PathBuf>,
}

/// `import`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportTask {
    /// Files, folders, or `-` for standard input.
    pub inputs: Vec<PathBuf>,
    /// How the files were written; else their content tells.
    pub format: Option<FileFormat>,
    /// What they hold; else their content or names tell.
    pub signal: Option<Signal>,
}

/// The grammar of `export`.
pub(super) fn export_command() -> Command {
    let time =
        |name, help| Arg::new(name).long(name).value_name("TIME").value_parser(time).help(help);
    Command::new("export")
        .about("Write stored records as OTLP, exactly as they were received")
        .long_about(
            "Writes stored records as OTLP, exactly as they were received, into files that `import` and \
             the OpenTelemetry Collector read: OTLP/JSON, one request a line, or protobuf, each request \
             after its length (4 bytes, big-endian). A file appears under its name once it is whole.",
        )
        .arg(
            Arg::new("trace-id")
                .long("trace-id")
                .value_name("HEX")
                .value_parser(trace_id)
                .required_unless_present("from")
                .conflicts_with_all(["from", "to"])
                .help("The spans and log records of this trace"),
        )
        .arg(time(
            "from",
            "Records from this time on: RFC 3339 (2026-11-26T10:00:00Z), or a date, in UTC",
        ))
        .arg(
            time("to", "Up to just before this time; without it, up to the last record")
                .requires("from"),
        )
        .arg(
            signal_argument("What is exported; may be repeated; without it everything")
                .action(ArgAction::Append),
        )
        .arg(format_argument("How it is written").default_value(FileFormat::Json.name()))
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("PATH")
                .value_parser(value_parser!(PathBuf))
                .help(
                    "A file for one --signal, else a folder for traces, metrics and logs; without it \
                     standard output",
                ),
        )
}

/// The grammar of `import`.
pub(super) fn import_command() -> Command {
    Command::new("import")
        .about("Store the records of exported files, the way that they would come in over OTLP")
        .long_about(
            "Stores the records of files that `export` or the OpenTelemetry Collector wrote, the way that \
             they would come in over OTLP: with the same checks and the same writer, but without \
             INGEST_MAX_AGE, for what is imported may be old. No port is opened. What is refused is told \
             with its reason, and the exit code is then 1. Importing a file twice stores it twice.",
        )
        .arg(
            Arg::new("inputs")
                .value_name("FILE|FOLDER|-")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .num_args(1..)
                .help("Files, folders of files, or - for standard input"),
        )
        .arg(signal_argument("What protobuf files hold, where their names don't tell"))
        .arg(format_argument("How the files were written; without it, their first byte tells"))
}

fn signal_argument(help: &'static str) -> Arg {
    Arg::new("signal")
        .long("signal")
        .value_name("SIGNAL")
        .value_parser(PossibleValuesParser::new(Signal::ALL.map(Signal::name)))
        .help(help)
}

fn format_argument(help: &'static str) -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(FileFormat::ALL.map(FileFormat::name)))
        .help(help)
}

/// The task of a parsed `export`.
pub(super) fn export_task(matches: &ArgMatches) -> ExportTask {
    let time = |name| matches.get_one::<UnixNanos>(name).copied();
    let selection = match matches.get_one::<TraceId>("trace-id") {
        Some(trace) => Selection::Trace(*trace),
        None => Selection::Period {
            from: time("from").unwrap_or_default(),
            to: time("to").unwrap_or(UnixNanos(u64::MAX)),
        },
    };
    let named = matches.get_many::<String>("signal").into_iter().flatten();
    let named: Vec<_> = named.filter_map(|name| signal_of(name)).collect();
    ExportTask {
        selection,
        signals: Signal::ALL.into_iter().filter(|it| named.contains(it)).collect(),
        format: format_of(matches).unwrap_or(FileFormat::Json),
        output: matches.get_one("output").cloned(),
    }
}

/// The task of a parsed `import`.
pub(super) fn import_task(matches: &ArgMatches) -> ImportTask {
    ImportTask {
        inputs: matches.get_many("inputs").into_iter().flatten().cloned().collect(),
        format: format_of(matches),
        signal: matches.get_one::<String>("signal").and_then(|name| signal_of(name)),
    }
}

fn signal_of(name: &str) -> Option<Signal> {
    Signal::ALL.into_iter().find(|it| it.name() == name)
}

fn format_of(matches: &ArgMatches) -> Option<FileFormat> {
    let name = matches.get_one::<String>("format")?;
    FileFormat::ALL.into_iter().find(|it| it.name() == name)
}

fn trace_id(text: &str) -> Result<TraceId, String> {
    const VALID: &str =
        "valid are 32 hex digits, not all zero, as in 4bf92f3577b34da6a3ce929d0e0e4736";
    // As a uuid it is written in the database.
    let id = uuid::Uuid::try_parse(text).map_err(|_no_hex| VALID.to_owned())?;
    TraceId::parse(id.as_bytes()).map_err(|_zero| VALID.to_owned())
}

fn time(text: &str) -> Result<UnixNanos, String> {
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let date = text.parse::<jiff::civil::Date>().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
    });
    // A date with a time but no zone would be read as a date alone.
    let moment =
        moment.filter(|_| text.len() <= 10 || text.contains(['Z', 'z', '+']) || zoned(text));
    let nanos = moment.and_then(|it| u64::try_from(it.as_nanosecond()).ok());
    nanos.map(UnixNanos).ok_or_else(|| {
        "valid is RFC 3339 with a zone, from 1970 to 2554 (2026-11-26T10:00:00Z, \
         2026-11-26T11:00:00.5+01:00), or a date (2026-11-26), which begins at midnight UTC"
            .to_owned()
    })
}

/// Whether an offset west of Greenwich follows the time.
fn zoned(text: &str) -> bool {
    text.get(10..).is_some_and(|time| time.contains('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(line: &str) -> Result<ExportTask, String> {
        let words = std::iter::once("export").chain(line.split_whitespace());
        let matches = export_command().try_get_matches_from(words).map_err(|it| it.to_string())?;
        Ok(export_task(&matches))
    }

    #[test]
    fn times_are_read_to_the_nanosecond_and_dates_begin_at_midnight() {
        for (text, nanos) in [
            ("2026-11-26T10:00:00Z", 1_795_687_200_000_000_000),
            ("2026-11-26T11:00:00.000000001+01:00", 1_795_687_200_000_000_001),
            ("2026-11-26T09:00:00-01:00", 1_795_687_200_000_000_000),
            ("2026-11-26", 1_795_651_200_000_000_000),
            ("1970-01-01", 0),
        ] {
            assert_eq!(time(text), Ok(UnixNanos(nanos)), "{text}");
        }
        for text in
            ["", "yesterday", "2026-11-26T10:00:00", "1969-12-31", "3000-01-01", "2026-13-01"]
        {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_selection_is_a_trace_or_a_period() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let trace = export(&format!("--trace-id {id}")).unwrap();
        assert!(matches!(trace.selection, Selection::Trace(_)));
        assert_eq!((trace.signals, trace.format, trace.output), (vec![], FileFormat::Json, None));
        let period =
            export("--from 1970-01-02 --signal logs --signal traces --format otlp-protobuf");
        let period = period.unwrap();
        let from = UnixNanos(86_400_000_000_000);
        assert_eq!(period.selection, Selection::Period { from, to: UnixNanos(u64::MAX) });
        assert_eq!(period.signals, [Signal::Traces, Signal::Logs]);
        assert_eq!(period.format, FileFormat::Protobuf);
    }

    #[test]
    fn what_is_wrong_is_told_with_flag_value_and_remedy() {
        for (line, told) in [
            ("", "--trace-id <HEX>"),
            ("--to 2026-11-26", "--from"),
            ("--from noon", "invalid value 'noon' for '--from <TIME>': valid is RFC 3339"),
            ("--trace-id 12", "invalid value '12' for '--trace-id <HEX>': valid are 32 hex digits"),
            ("--trace-id 00000000000000000000000000000000", "not all zero"),
            ("--from 2026-11-26 --signal spans", "[possible values: traces, metrics, logs]"),
            ("--from 2026-11-26 --format csv", "[possible values: otlp-json, otlp-protobuf]"),
        ] {
            let error = export(line).unwrap_err();
            assert!(error.contains(told), "{line}: {error}");
        }
    }
}
