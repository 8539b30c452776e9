//! What a client is told (OTLP specification, "Failures"): retry advice when it should send again,
//! a reason when it must not.

use std::time::Duration;

use observatory_ports::driven::Outcome;
use observatory_ports::driving::{Accepted, Busy, IngestError};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// An error's message is bounded: over gRPC it is in the headers three times, percent-encoded and as
/// base64, and clients take no more than 8 KiB of them.
const ERROR_BYTES_MAX: usize = 1024;
/// What is said of refused records is in the body, which OTLP bounds to 4 MiB; nobody reads more.
const PARTIAL_BYTES_MAX: usize = 4096;
/// When a client whose body did not arrive may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a request is refused; each transport says it in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Send it again later.
    Busy(Busy),
    /// It is not what it should be; sending it again is useless.
    Invalid(String),
    /// It is in a form that is not spoken here.
    Unsupported(String),
    /// It is larger than allowed.
    TooLarge {
        /// The bound.
        bytes_max: usize,
    },
}

impl From<IngestError> for Refused {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Busy(busy) => Self::Busy(busy),
            IngestError::Malformed(malformed) => Self::Invalid(malformed.to_string()),
            IngestError::Poison(reason) => {
                Self::Invalid(format!("the database refuses the request's content: {reason}"))
            }
        }
    }
}

impl Refused {
    /// The body did not arrive in time. With retry advice: told that it is bad, a client would drop
    /// data that only the network was too slow for.
    pub(crate) const fn late() -> Self {
        Self::again("the request's body did not arrive before its deadline")
    }

    /// The body ended before its end. With retry advice, for the same reason.
    pub(crate) const fn broken_off() -> Self {
        Self::again("the request's body broke off half-way")
    }

    const fn again(reason: &'static str) -> Self {
        Self::Busy(Busy { reason, retry_after: RETRY_AFTER })
    }

    pub(crate) const fn outcome(&self) -> Outcome {
        match self {
            Self::Busy(_) => Outcome::Unavailable,
            Self::Invalid(_) | Self::Unsupported(_) => Outcome::Invalid,
            Self::TooLarge { .. } => Outcome::TooLarge,
        }
    }

    /// When to come back, in whole seconds, for `Retry-After`.
    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Busy(busy) => Some(busy.retry_after.max(Duration::from_secs(1)).as_secs()),
            _ => None,
        }
    }

    /// As a gRPC status; its details are a `google.rpc.Status`, which HTTP answers with.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Busy(busy) => {
                let details = ErrorDetails::with_retry_info(Some(busy.retry_after));
                Status::with_error_details(Code::Unavailable, busy.reason, details)
            }
            Self::Invalid(reason) => {
                let reason = bounded(reason.clone(), ERROR_BYTES_MAX);
                let details = ErrorDetails::with_bad_request_violation("request", reason.as_str());
                Status::with_error_details(Code::InvalidArgument, reason, details)
            }
            Self::Unsupported(reason) => {
                let reason = bounded(reason.clone(), ERROR_BYTES_MAX);
                Status::with_error_details(Code::Unimplemented, reason, ErrorDetails::new())
            }
            Self::TooLarge { bytes_max } => {
                // Without RetryInfo: a client must not send it again.
                let message = format!(
                    "the request is larger than {bytes_max} bytes (OTLP_MAX_REQUEST_BYTES), \
                     before or after decompression: send smaller batches"
                );
                Status::with_error_details(Code::ResourceExhausted, message, ErrorDetails::new())
            }
        }
    }
}

/// The answer to a stored request; `partial_success` is set only when something was refused. The
/// answers of all signals are the same on the wire: a `partial_success` (1) of the number rejected (1)
/// and a message (2). Only their names differ.
pub(crate) fn response(accepted: &Accepted) -> ExportTraceServiceResponse {
    let partial_success = (!accepted.refused.is_empty()).then(|| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(accepted.refused.len()).unwrap_or(i64::MAX),
        error_message: bounded(accepted.refused.to_string(), PARTIAL_BYTES_MAX),
    });
    ExportTraceServiceResponse { partial_success }
}

/// `message`, cut at a character's boundary to `bytes_max`.
fn bounded(mut message: String, bytes_max: usize) -> String {
    let end = (0..=bytes_max).rev().find(|at| message.is_char_boundary(*at));
    message.truncate(end.unwrap_or_default().min(message.len()));
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        assert_eq!(bounded("é".repeat(50), 10).len(), 10);
        assert_eq!(bounded("short".to_owned(), 10), "short");
        assert_eq!(bounded(format!("x{}", "é".repeat(50)), 10).len(), 9);
    }

    #[test]
    fn only_a_busy_server_gives_retry_advice() {
        let busy = Busy { reason: "later", retry_after: Duration::from_millis(1500) };
        let status = Refused::Busy(busy.clone()).status();
        assert_eq!(status.code(), Code::Unavailable);
        let advice = status.get_details_retry_info().unwrap().retry_delay;
        assert_eq!(advice, Some(Duration::from_millis(1500)));
        assert_eq!(Refused::Busy(busy).retry_after_seconds(), Some(1));
        let large = Refused::TooLarge { bytes_max: 10 }.status();
        assert_eq!(large.code(), Code::ResourceExhausted);
        assert!(large.get_details_retry_info().is_none());
    }
}
