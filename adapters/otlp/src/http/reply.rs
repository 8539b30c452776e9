//! HTTP answers: a response message, or a `google.rpc.Status` (OTLP specification, "OTLP/HTTP
//! Response"), in the request's own content type.

use observatory_ports::Signal;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use poem::http::{StatusCode, header};
use poem::{Response, ResponseBuilder};
use prost::Message;
use serde_json::{Value, json};
use tonic::Status;
use tonic_types::StatusExt;

use super::form::Media;
use crate::answer::Refused;

/// Everything that was not refused is stored.
pub(super) fn accepted(
    signal: Signal,
    response: &ExportTraceServiceResponse,
    media: Media,
) -> Response {
    let body = match media {
        Media::Protobuf => response.encode_to_vec(),
        Media::Json => accepted_json(signal, response).to_string().into_bytes(),
    };
    typed(StatusCode::OK, media).body(body)
}

/// The response in JSON, where the signals differ in a name. A number of 64 bits is a text.
fn accepted_json(signal: Signal, response: &ExportTraceServiceResponse) -> Value {
    let Some(partial) = &response.partial_success else { return json!({}) };
    let rejected = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Logs => "rejectedLogRecords",
    };
    let count = partial.rejected_spans.to_string();
    json!({"partialSuccess": {rejected: count, "errorMessage": partial.error_message}})
}

/// Nothing is stored. A client that speaks neither protobuf nor JSON is told in plain text.
pub(super) fn refused(refused: &Refused, media: Option<Media>) -> Response {
    let status = refused.status();
    let Some(media) = media else {
        return plain_text(code(refused), format!("{}\n", status.message()));
    };
    let mut response = typed(code(refused), media);
    if let Some(seconds) = refused.retry_after_seconds() {
        response = response.header(header::RETRY_AFTER, seconds);
    }
    match media {
        // A status made with details carries itself, whole, as a google.rpc.Status.
        Media::Protobuf => response.body(status.details().to_vec()),
        Media::Json => response.body(status_json(&status).to_string()),
    }
}

/// A `google.rpc.Status` in JSON; a detail names its type (protobuf.dev, "ProtoJSON Format", Any).
fn status_json(status: &Status) -> Value {
    let details = status.get_error_details();
    let mut all = Vec::new();
    if let Some(delay) = details.retry_info().and_then(|it| it.retry_delay) {
        let delay = format!("{}s", delay.as_secs_f64());
        all.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}));
    }
    if let Some(bad) = details.bad_request() {
        let violations = bad.field_violations.iter();
        let violations: Vec<_> = violations
            .map(|it| json!({"field": it.field, "description": it.description}))
            .collect();
        let name = "type.googleapis.com/google.rpc.BadRequest";
        all.push(json!({"@type": name, "fieldViolations": violations}));
    }
    json!({"code": i32::from(status.code()), "message": status.message(), "details": all})
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

fn typed(code: StatusCode, media: Media) -> ResponseBuilder {
    Response::builder().status(code).content_type(media.name())
}
