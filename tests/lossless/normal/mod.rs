//! What requests say, in one form: two requests say the same if and only if their forms are equal.
//!
//! A form is a multiset of records. Each has what OTLP lets it stand for alone: its resource, its scope,
//! their schema URLs, a data point's metric, and itself, field by field.
//!
//! Kept: every field, the presence of what is optional, integers apart from doubles, doubles by their
//! bits, the order of lists, and the order of attributes with the same key.
//!
//! Dropped, for OTLP gives it no meaning: how records are grouped into requests, resources, scopes and
//! metrics; their order; the order of attributes with different keys; whether an empty resource or scope
//! was written or left out; groups and metrics without records; indexes into the table of texts that only
//! profiles have, which other signals' receivers must take for absent (common.proto, `key_strindex`).
//!
//! It shares no code with the export, and takes every generated struct apart without `..`: a field that
//! is added to OTLP stops this from compiling.

mod metrics;
mod node;
mod records;
mod values;

use std::collections::BTreeMap;

use observatory_ports::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

pub(crate) use node::Node;

/// The records of requests, and how often each is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Normal(BTreeMap<Node, usize>);

impl Normal {
    /// Of protobuf requests of `signal`.
    pub(crate) fn of<B: AsRef<[u8]>>(
        signal: Signal,
        requests: impl IntoIterator<Item = B>,
    ) -> Self {
        let mut normal = Self::default();
        for request in requests {
            normal.extend(match signal {
                Signal::Traces => {
                    records::spans(&ExportTraceServiceRequest::decode(request.as_ref()).unwrap())
                }
                Signal::Logs => {
                    records::logs(&ExportLogsServiceRequest::decode(request.as_ref()).unwrap())
                }
                Signal::Metrics => {
                    metrics::points(&ExportMetricsServiceRequest::decode(request.as_ref()).unwrap())
                }
            });
        }
        normal
    }

    /// How many records.
    pub(crate) fn records(&self) -> usize {
        self.0.values().sum()
    }

    /// With one NaN for all of them: JSON has no more.
    pub(crate) fn with_one_nan(self) -> Self {
        let mut normal = Self::default();
        for (mut record, times) in self.0 {
            record.make_nans_one();
            *normal.0.entry(record).or_default() += times;
        }
        normal
    }

    fn extend(&mut self, records: Vec<Node>) {
        for record in records {
            *self.0.entry(record).or_default() += 1;
        }
    }

    /// Those records that are here more often than in `other`.
    fn beyond(&self, other: &Self) -> Vec<&Node> {
        let more = |(record, times): &(&Node, &usize)| {
            **times > other.0.get(*record).copied().unwrap_or_default()
        };
        self.0.iter().filter(more).map(|it| it.0).collect()
    }
}

/// Fails unless both say the same, and tells what differs in the records that are nearest.
#[track_caller]
pub(crate) fn assert_same(sent: &Normal, got: &Normal, context: &str) {
    let (lost, foreign) = (sent.beyond(got), got.beyond(sent));
    if lost.is_empty() && foreign.is_empty() {
        return;
    }
    let mut told = format!(
        "{context}: of {} records {} are lost, and {} of {} are foreign\n",
        sent.records(),
        lost.len(),
        foreign.len(),
        got.records()
    );
    for lost in lost.iter().take(3) {
        let nearest = foreign.iter().take(200).map(|it| lost.differences(it));
        match nearest.min_by_key(Vec::len) {
            Some(differences) => told.push_str(&differences.join("\n")),
            None => told.push_str(&node::shortened(lost)),
        }
        told.push_str("\n--\n");
    }
    panic!("{told}");
}
