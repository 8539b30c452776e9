//! Decodes by both and compares. The fuzz target uses this module too.

mod ours;
mod theirs;

use bytes::Bytes;
use observatory_domain::ids::ProjectId;
use observatory_otlp::OtlpCodec;
use observatory_ports::driven::{Malformed, RecordCodec};
use observatory_ports::{Request, Signal};

use super::model::Record;

/// What our walker reads in a request of traces.
pub(crate) fn ours(body: &[u8]) -> Result<Vec<Record>, Malformed> {
    ours_of(Signal::Traces, body)
}

/// What our walker reads.
pub(crate) fn ours_of(signal: Signal, body: &[u8]) -> Result<Vec<Record>, Malformed> {
    let body = Bytes::copy_from_slice(body);
    let request = Request { project: ProjectId::default(), signal, body };
    let mut seen = ours::Seen::new(&request.body);
    let walked = OtlpCodec.walk(&request, &mut seen)?;
    assert_eq!(walked.records as usize, seen.records.len(), "records counted and shown");
    Ok(seen.records)
}

/// What prost reads.
pub(crate) fn theirs_of(signal: Signal, body: &[u8]) -> Result<Vec<Record>, prost::DecodeError> {
    theirs::records(signal, body)
}

/// [`agree_on`] for a request of traces.
pub(crate) fn agree(body: &[u8]) -> bool {
    agree_on(Signal::Traces, body)
}

/// Panics unless both say the same of `body`, or ours names its bound of values. Returns whether
/// `body` was accepted.
pub(crate) fn agree_on(signal: Signal, body: &[u8]) -> bool {
    match (ours_of(signal, body), theirs_of(signal, body)) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs);
            true
        }
        (Err(_), Err(_)) => false,
        (Err(bounded), Ok(_)) if bounded.reason.contains("more than 262144 values") => false,
        (ours, theirs) => {
            let (ours, theirs) = (ours.map(|it| it.len()), theirs.map(|it| it.len()));
            assert!(ours.is_ok() == theirs.is_ok(), "ours: {ours:?}, prost: {theirs:?}");
            false
        }
    }
}
