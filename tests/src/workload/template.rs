//! An encoded request whose ids and times change from sending to sending.

use observatory_ports::Signal;
use prost::Message;

use super::{Workload, logs, points, spans};

/// An encoded request, and where its ids and times lie.
#[derive(Clone, Debug)]
pub struct Template {
    bytes: Vec<u8>,
    /// The places of each record, one after the other.
    places: Vec<Vec<(usize, Slot)>>,
    workload: Workload,
}

/// What is written at a place.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// Of 16 bytes.
    Trace,
    /// Of 8 bytes.
    Span,
    /// Of 8 bytes, in nanoseconds from the record's time.
    Time(i64),
}

/// A record's placeholders, as they are encoded, and what is written where in them.
type Mark = (Vec<u8>, &'static [(usize, Slot)]);

const SECOND: i64 = 1_000_000_000;

fn marks(signal: Signal) -> Vec<Mark> {
    let time = |tag: u8| [vec![tag], vec![0xff; 8]].concat();
    // Each in the order of the fields' numbers, as prost encodes them.
    match signal {
        Signal::Traces => vec![
            (
                // trace_id = 1, span_id = 2.
                [&[0x0a, 16][..], &[1; 16], &[0x12, 8], &[1; 8]].concat(),
                &[(2, Slot::Trace), (20, Slot::Span)],
            ),
            // start_time_unix_nano = 7, end_time_unix_nano = 8.
            (
                [time(0x39), time(0x41)].concat(),
                &[(1, Slot::Time(0)), (10, Slot::Time(3 * SECOND / 2))],
            ),
        ],
        // start_time_unix_nano = 2, time_unix_nano = 3.
        Signal::Metrics => vec![(
            [time(0x11), time(0x19)].concat(),
            &[(1, Slot::Time(-60 * SECOND)), (10, Slot::Time(0))],
        )],
        Signal::Logs => vec![
            // time_unix_nano = 1, then the severity.
            ([time(0x09), vec![0x10]].concat(), &[(1, Slot::Time(0))]),
            (
                // trace_id = 9, span_id = 10, observed_time_unix_nano = 11.
                [&[0x4a, 16][..], &[1; 16], &[0x52, 8], &[1; 8], &time(0x59)].concat(),
                &[(2, Slot::Trace), (20, Slot::Span), (29, Slot::Time(1000))],
            ),
        ],
    }
}

impl Template {
    /// The request of `workload`.
    #[must_use]
    pub fn new(workload: Workload) -> Self {
        let bytes = match workload.signal() {
            Signal::Traces => spans::request(workload).encode_to_vec(),
            Signal::Metrics => points::request().encode_to_vec(),
            Signal::Logs => logs::request().encode_to_vec(),
        };
        let mut places = vec![Vec::new(); workload.records()];
        for (pattern, slots) in marks(workload.signal()) {
            let found = (0..=bytes.len() - pattern.len())
                .filter(|at| bytes[*at..*at + pattern.len()] == pattern);
            let found: Vec<_> = found.collect();
            assert_eq!(found.len(), places.len(), "every record's placeholders are found");
            for (record, at) in places.iter_mut().zip(found) {
                record.extend(slots.iter().map(|(offset, slot)| (at + offset, *slot)));
            }
        }
        Self { bytes, places, workload }
    }

    /// The workload.
    #[must_use]
    pub const fn workload(&self) -> Workload {
        self.workload
    }

    /// The request numbered `number`, whose records' times are `now` (nanoseconds) and later.
    #[must_use]
    pub fn request(&self, number: u64, now: u64) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for (index, places) in (0_u64..).zip(&self.places) {
            // Shuffled, as ids are: an index on them must not see an order.
            let id = mix(number.wrapping_mul(1 << 20) + index);
            for (at, slot) in places {
                match slot {
                    Slot::Trace => {
                        write(&mut bytes, *at, mix(id).to_be_bytes());
                        write(&mut bytes, at + 8, id.to_be_bytes());
                    }
                    Slot::Span => write(&mut bytes, *at, mix(id ^ 1).to_be_bytes()),
                    Slot::Time(after) => {
                        let time = (now + index * 1000).saturating_add_signed(*after);
                        write(&mut bytes, *at, time.to_le_bytes());
                    }
                }
            }
        }
        bytes
    }
}

fn write(bytes: &mut [u8], at: usize, value: [u8; 8]) {
    bytes[at..at + value.len()].copy_from_slice(&value);
}

/// A bijection that looks random (`SplitMix64`'s finaliser); never 0 for what is asked here.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value ^ (value >> 31)) | 1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    use super::*;

    const NOW: u64 = 1_800_000_000_000_000_000;

    #[test]
    fn spans_decode_with_ids_and_times_of_their_own() {
        for workload in [Workload::S, Workload::L] {
            let template = Template::new(workload);
            let mut ids = HashSet::new();
            for number in 0..3 {
                let bytes = template.request(number, NOW);
                let request = ExportTraceServiceRequest::decode(bytes.as_slice()).unwrap();
                let spans = &request.resource_spans[0].scope_spans[0].spans;
                assert_eq!(spans.len(), workload.records());
                for span in spans {
                    assert!(ids.insert((span.trace_id.clone(), span.span_id.clone())));
                    let took = span.end_time_unix_nano - span.start_time_unix_nano;
                    assert_eq!(took, 1_500_000_000);
                }
            }
        }
    }

    #[test]
    fn log_records_decode_with_ids_and_times_of_their_own() {
        let template = Template::new(Workload::G);
        let request = ExportLogsServiceRequest::decode(&*template.request(1, NOW)).unwrap();
        let logs = &request.resource_logs[0].scope_logs[0].log_records;
        let ids: HashSet<_> = logs.iter().map(|it| it.span_id.clone()).collect();
        assert_eq!(ids.len(), Workload::G.records());
        for (index, log) in (0..).zip(logs) {
            assert_eq!(log.time_unix_nano, NOW + index * 1000);
            assert_eq!(log.observed_time_unix_nano, log.time_unix_nano + 1000);
        }
    }

    #[test]
    fn points_decode_with_times_of_their_own() {
        use opentelemetry_proto::tonic::metrics::v1::metric::Data;

        let template = Template::new(Workload::M);
        let request = ExportMetricsServiceRequest::decode(&*template.request(1, NOW)).unwrap();
        let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
        let times = metrics.iter().flat_map(|it| match it.data.as_ref().unwrap() {
            Data::Histogram(it) => it.data_points.iter().map(|it| it.time_unix_nano).collect(),
            Data::Sum(it) => it.data_points.iter().map(|it| it.time_unix_nano).collect(),
            Data::Gauge(it) => it.data_points.iter().map(|it| it.time_unix_nano).collect(),
            _ => Vec::new(),
        });
        let expected: Vec<_> =
            (0..Workload::M.records() as u64).map(|it| NOW + it * 1000).collect();
        assert_eq!(times.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn records_have_the_sizes_of_the_design() {
        let bytes =
            |workload: Workload| Template::new(workload).request(1, NOW).len() / workload.records();
        let sizes = Workload::ALL.map(bytes);
        let expected = [600..750, 5900..7000, 200..350, 350..450];
        for (size, expected) in sizes.iter().zip(expected) {
            assert!(expected.contains(size), "{sizes:?}");
        }
    }
}
