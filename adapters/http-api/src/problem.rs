//! Errors as `application/problem+json` (RFC 9457).

use poem::Response;
use poem::http::StatusCode;

/// An error answer.
pub(crate) fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("error");
    let body = serde_json::json!({ "title": title, "status": status.as_u16(), "detail": detail });
    Response::builder()
        .status(status)
        .content_type("application/problem+json")
        .body(body.to_string())
}

/// What poem itself refuses: no such path, no such method.
pub(crate) async fn refused(error: poem::Error) -> Response {
    problem(error.status(), &error.to_string())
}
