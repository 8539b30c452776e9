//! `POST /v1/…`, for each signal.

use std::time::Instant;

use observatory_ports::Signal;
use poem::http::{HeaderMap, HeaderName, header};
use poem::web::Data;
use poem::{Body, Response, handler};

use super::body::{Chunks, Encoding, discard, read};
use super::reply;
use crate::answer::{Refused, response};
use crate::receiver::{Exchange, Receiver};

#[handler]
pub(super) async fn export(
    Data(receiver): Data<&Receiver>,
    Data(signal): Data<&Signal>,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let mut exchange = receiver.begin(*signal, "http");
    let deadline = receiver.deadline(&exchange, None);
    let mut body = body.into_bytes_stream();
    match store(receiver, &mut exchange, headers, &mut body, deadline).await {
        Ok(response) => response,
        Err(refused) => {
            exchange.fail(refused.outcome());
            // A client that waits for leave to send sends nothing.
            if !headers.contains_key(header::EXPECT) {
                discard(&mut body, deadline).await;
            }
            if is_protobuf(headers) { reply::refused(&refused) } else { reply::text(&refused) }
        }
    }
}

async fn store(
    receiver: &Receiver,
    exchange: &mut Exchange,
    headers: &HeaderMap,
    body: &mut Chunks,
    deadline: Instant,
) -> Result<Response, Refused> {
    let encoding = encoding(headers)?;
    let bytes_max = receiver.options.request_bytes_max;
    // One that says so itself is not told to come again when memory is short.
    let announced = value(headers, &header::CONTENT_LENGTH).parse::<u64>();
    if announced.is_ok_and(|bytes| bytes > bytes_max as u64) {
        return Err(Refused::TooLarge { bytes_max });
    }
    // Before a byte of the body is read.
    let mut slot = receiver.ingest.admit().map_err(Refused::Busy)?;
    let body = read(body, encoding, bytes_max, slot.memory(), deadline).await?;
    let accepted = receiver.store(exchange, body, slot, deadline).await?;
    Ok(reply::accepted(&response(&accepted)))
}

/// The body's encoding, if its form is one that is spoken here.
fn encoding(headers: &HeaderMap) -> Result<Encoding, Refused> {
    if !is_protobuf(headers) {
        return Err(Refused::Unsupported(format!(
            "content-type {:?} is not supported: send {} (JSON is not supported yet)",
            value(headers, &header::CONTENT_TYPE),
            reply::PROTOBUF
        )));
    }
    // Names of codings have no case, and x-gzip is gzip (RFC 9110, 8.4.1).
    match value(headers, &header::CONTENT_ENCODING).to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Encoding::Identity),
        "gzip" | "x-gzip" => Ok(Encoding::Gzip),
        other => Err(Refused::Unsupported(format!(
            "content-encoding {other:?} is not supported: send gzip, or nothing"
        ))),
    }
}

/// Whether the request says that it is protobuf, with whatever parameters.
fn is_protobuf(headers: &HeaderMap) -> bool {
    let media_type = value(headers, &header::CONTENT_TYPE).split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case(reply::PROTOBUF)
}

/// A header's text; empty when absent.
fn value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).map_or("", |it| it.to_str().unwrap_or("?").trim())
}
