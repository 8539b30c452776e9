//! The labels of metrics and the values they take.

use observatory_domain::batch::Reason;
use observatory_domain::intake::Refusal;
use observatory_domain::retry::ErrorClass;
use observatory_ports::Signal;
use observatory_ports::driven::Outcome;

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// The values it takes.
    pub values: Values,
    /// What it tells.
    pub help: &'static str,
}

/// The values of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// These and no others; shown with 0 from the start.
    Closed(&'static [&'static str]),
    /// These, shown with 0 from the start, and others that are first seen when they happen.
    Open(&'static [&'static str]),
    /// One value that only the running process knows.
    Own,
}

impl Values {
    /// Those that are known beforehand.
    pub(crate) const fn known(self) -> &'static [&'static str] {
        match self {
            Self::Closed(known) | Self::Open(known) => known,
            Self::Own => &[],
        }
    }
}

pub(super) const SIGNAL: Label = Label {
    name: "signal",
    values: Values::Closed(&{
        let mut names = [""; Signal::ALL.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = Signal::ALL[index].name();
            index += 1;
        }
        names
    }),
    help: "What the request carries.",
};

pub(super) const TRANSPORT: Label = Label {
    name: "transport",
    values: Values::Closed(&["grpc", "http"]),
    help: "The way the request came.",
};

pub(super) const OUTCOME: Label = Label {
    name: "outcome",
    values: Values::Closed(&{
        let mut names = [""; Outcome::ALL.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = Outcome::ALL[index].name();
            index += 1;
        }
        names
    }),
    help: "`accepted`: everything is stored; `partial`: stored but for refused records; `invalid`: \
           bad data, not to be sent again; `unavailable`: handed back with retry advice; \
           `too_large`: over a size limit.",
};

pub(super) const REFUSAL: Label = Label {
    name: "reason",
    values: Values::Closed(&Refusal::NAMES),
    help: "`trace_id`, `span_id`: no valid id; `future`: over INGEST_MAX_FUTURE; `age`: over \
           INGEST_MAX_AGE; `no_time`, `temporality`, `buckets`, `bounds`, `no_value`: a data point \
           that OTLP calls invalid; `attributes`, `attribute_bytes`: over INGEST_MAX_ATTRIBUTES, \
           INGEST_MAX_ATTRIBUTE_BYTES.",
};

pub(super) const REASON: Label = Label {
    name: "reason",
    values: Values::Closed(&[
        reason(Reason::Rows),
        reason(Reason::Bytes),
        reason(Reason::Age),
        reason(Reason::Quiet),
    ]),
    help: "Why the batch was closed: `rows` (COPY_BATCH_SIZE), `bytes`, `age` \
           (COPY_FLUSH_INTERVAL), or `quiet` because nothing else was on its way.",
};

pub(super) const CLASS: Label = Label {
    name: "class",
    values: Values::Closed(&[
        ErrorClass::Transient.name(),
        ErrorClass::Poison.name(),
        ErrorClass::Schema.name(),
        ErrorClass::Configuration.name(),
    ]),
    help: "`transient`: tried again; `poison`: a record's content is refused; `schema`: the tables \
           are not ours; `configuration`: credentials or database name.",
};

pub(super) const OPERATION: Label = Label {
    name: "operation",
    values: Values::Open(&["checkpoint", "dimensions"]),
    help: "Which statement.",
};

pub(super) const VERSION: Label =
    Label { name: "version", values: Values::Own, help: "The build's version." };

/// The name of a reason in metrics.
#[must_use]
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Rows => "rows",
        Reason::Bytes => "bytes",
        Reason::Age => "age",
        Reason::Quiet => "quiet",
    }
}
