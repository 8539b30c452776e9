//! `POST /v1/traces`.

use observatory_ports::Signal;
use observatory_ports::driven::Outcome;
use poem::http::{HeaderMap, header};
use poem::web::Data;
use poem::{Body, Response, handler};

use super::body::{Encoding, read};
use super::reply;
use crate::answer::{Refused, traces_response};
use crate::receiver::{Exchange, Receiver};

#[handler]
pub(super) async fn export(
    Data(receiver): Data<&Receiver>,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let mut exchange = receiver.begin(Signal::Traces, "http");
    let encoding = match form(headers) {
        Ok(encoding) => encoding,
        Err(message) => {
            exchange.fail(Outcome::Invalid);
            return reply::unsupported(&message);
        }
    };
    match store(receiver, &mut exchange, encoding, body).await {
        Ok(response) => response,
        Err(refused) => {
            exchange.fail(refused.outcome());
            reply::refused(&refused)
        }
    }
}

async fn store(
    receiver: &Receiver,
    exchange: &mut Exchange,
    encoding: Encoding,
    body: Body,
) -> Result<Response, Refused> {
    // Before a byte of the body is read.
    let mut slot = receiver.ingest.admit().map_err(Refused::Busy)?;
    let bytes_max = receiver.options.request_bytes_max;
    let body = read(body, encoding, bytes_max, slot.memory()).await?;
    let deadline = receiver.deadline(exchange, None);
    let accepted = receiver.store(exchange, body, slot, deadline).await?;
    Ok(reply::accepted(&traces_response(&accepted)))
}

/// The body's encoding, if its form is one that is spoken here.
fn form(headers: &HeaderMap) -> Result<Encoding, String> {
    let value = |name| headers.get(name).map(|it| it.to_str().unwrap_or("?").trim());
    let content_type = value(header::CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case(reply::PROTOBUF) {
        return Err(format!(
            "content-type {content_type:?} is not supported: send {} (JSON is not supported yet)\n",
            reply::PROTOBUF
        ));
    }
    match value(header::CONTENT_ENCODING).unwrap_or("identity") {
        "" | "identity" => Ok(Encoding::Identity),
        "gzip" => Ok(Encoding::Gzip),
        other => {
            Err(format!("content-encoding {other:?} is not supported: send gzip, or nothing\n"))
        }
    }
}
