//! `/metrics`, for Prometheus.

use std::sync::Arc;

use observatory_ports::driven::MetricsExposition;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, handler};

use crate::problem::problem;

/// Prometheus' text format (prometheus.io, "Exposition formats").
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[handler]
pub(crate) fn metrics(Data(source): Data<&Arc<dyn MetricsExposition>>) -> Response {
    match source.render() {
        Ok(text) => Response::builder().content_type(TEXT_FORMAT).body(text),
        Err(error) => {
            tracing::error!(cause = observatory_ports::causes(&error), "a scrape failed");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be rendered")
        }
    }
}

#[handler]
pub(crate) fn pointer() -> &'static str {
    "The metrics are at /metrics\n"
}
