//! HTTP answers: a response message, or a `google.rpc.Status` (OTLP specification, "OTLP/HTTP
//! Response"), in the request's own content type.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use poem::http::{StatusCode, header};
use poem::{Response, ResponseBuilder};
use prost::Message;

use crate::answer::Refused;

pub(super) const PROTOBUF: &str = "application/x-protobuf";

/// Everything that was not refused is stored.
pub(super) fn accepted(response: &ExportTraceServiceResponse) -> Response {
    protobuf(StatusCode::OK).body(response.encode_to_vec())
}

/// Nothing is stored.
pub(super) fn refused(refused: &Refused) -> Response {
    let mut response = protobuf(code(refused));
    if let Some(seconds) = refused.retry_after_seconds() {
        response = response.header(header::RETRY_AFTER, seconds);
    }
    // A status made with details carries itself, whole, as a google.rpc.Status.
    response.body(refused.status().details().to_vec())
}

/// Nothing is stored, and the client does not speak protobuf.
pub(super) fn text(refused: &Refused) -> Response {
    plain_text(code(refused), format!("{}\n", refused.status().message()))
}

/// Everything that poem itself refuses: no such path, no such method.
pub(super) async fn plain(error: poem::Error) -> Response {
    let message = format!("{error}; OTLP is taken by POST /v1/traces, /v1/metrics and /v1/logs\n");
    plain_text(error.status(), message)
}

const fn code(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refused::Invalid(_) => StatusCode::BAD_REQUEST,
        Refused::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Refused::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
    }
}

fn plain_text(code: StatusCode, message: String) -> Response {
    Response::builder().status(code).content_type("text/plain; charset=utf-8").body(message)
}

fn protobuf(code: StatusCode) -> ResponseBuilder {
    Response::builder().status(code).content_type(PROTOBUF)
}
