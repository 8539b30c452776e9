//! An encoded request whose ids and times change from sending to sending.

use prost::Message;

use super::{Workload, spans};

/// An encoded request, and where its ids and times lie.
#[derive(Clone, Debug)]
pub struct Template {
    bytes: Vec<u8>,
    /// The offsets of each span's message and of its start time.
    spans: Vec<(usize, usize)>,
    workload: Workload,
}

impl Template {
    /// The request of `workload`.
    #[must_use]
    pub fn new(workload: Workload) -> Self {
        let bytes = spans::request(workload).encode_to_vec();
        // A span begins with its trace id (tag 0x0a, length 16) and the placeholder's bytes.
        let mark = [&[0x0a, 16][..], &[1; 16], &[0x12, 8], &[1; 8]].concat();
        let spans: Vec<_> = (0..bytes.len() - mark.len())
            .filter(|at| bytes[*at..*at + mark.len()] == mark)
            .map(|at| (at, at + start_time(&bytes[at..])))
            .collect();
        assert_eq!(spans.len(), workload.spans(), "every span is found");
        Self { bytes, spans, workload }
    }

    /// The workload.
    #[must_use]
    pub const fn workload(&self) -> Workload {
        self.workload
    }

    /// The request numbered `number`, whose spans start at `now` (nanoseconds) and later.
    #[must_use]
    pub fn request(&self, number: u64, now: u64) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for (index, &(at, times)) in (0_u64..).zip(&self.spans) {
            // Shuffled, as ids are: an index on them must not see an order.
            let id = mix(number.wrapping_mul(1 << 20) + index);
            write(&mut bytes, at + 2, &mix(id).to_be_bytes());
            write(&mut bytes, at + 10, &id.to_be_bytes());
            write(&mut bytes, at + 20, &mix(id ^ 1).to_be_bytes());
            write(&mut bytes, times, &(now + index * 1000).to_le_bytes());
            write(&mut bytes, times + 9, &(now + index * 1000 + 1_500_000_000).to_le_bytes());
        }
        bytes
    }
}

/// The offset of the start time in a span of the template: its tag (0x39) precedes it, and the
/// end's (0x41) follows.
fn start_time(span: &[u8]) -> usize {
    let at =
        span.windows(10).position(|it| it[0] == 0x39 && it[1..9] == [0xff; 8] && it[9] == 0x41);
    at.expect("a span of the template has its times") + 1
}

fn write(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
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

    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    use super::*;

    #[test]
    fn a_request_decodes_with_ids_and_times_of_its_own() {
        for workload in [Workload::S, Workload::L] {
            let template = Template::new(workload);
            let mut ids = HashSet::new();
            for number in 0..3 {
                let bytes = template.request(number, 1_800_000_000_000_000_000);
                let request = ExportTraceServiceRequest::decode(bytes.as_slice()).unwrap();
                let spans = &request.resource_spans[0].scope_spans[0].spans;
                assert_eq!(spans.len(), workload.spans());
                for span in spans {
                    assert!(ids.insert((span.trace_id.clone(), span.span_id.clone())));
                    let took = span.end_time_unix_nano - span.start_time_unix_nano;
                    assert_eq!(took, 1_500_000_000);
                }
            }
        }
    }

    #[test]
    fn spans_have_the_sizes_of_the_design() {
        let bytes = |workload: Workload| {
            Template::new(workload).request(1, 1_800_000_000_000_000_000).len() / workload.spans()
        };
        assert!((600..750).contains(&bytes(Workload::S)), "{}", bytes(Workload::S));
        assert!((5900..7000).contains(&bytes(Workload::L)), "{}", bytes(Workload::L));
    }
}
