//! `POST /v1/…`, for each signal.

use std::time::Instant;

use observatory_ports::Signal;
use poem::http::{HeaderMap, header};
use poem::web::Data;
use poem::{Body, Response, handler};

use super::body::{Chunks, discard, read};
use super::form::{Media, encoding, media, value};
use super::reply;
use crate::answer::{Refused, response};
use crate::json;
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
    // A client that waits for leave to send gets it when its body is first asked for.
    let mut sends = !headers.contains_key(header::EXPECT);
    match store(receiver, &mut exchange, headers, (&mut body, &mut sends), deadline).await {
        Ok(response) => response,
        Err(refused) => {
            exchange.fail(refused.outcome());
            if sends {
                discard(&mut body, deadline).await;
            }
            reply::refused(&refused, Media::of(headers))
        }
    }
}

async fn store(
    receiver: &Receiver,
    exchange: &mut Exchange,
    headers: &HeaderMap,
    (body, sends): (&mut Chunks, &mut bool),
    deadline: Instant,
) -> Result<Response, Refused> {
    let (media, encoding) = (media(headers)?, encoding(headers)?);
    let bytes_max = receiver.options.request_bytes_max;
    // One that says so itself is not told to come again when memory is short.
    let announced = value(headers, &header::CONTENT_LENGTH).parse::<u64>();
    if announced.is_ok_and(|bytes| bytes > bytes_max as u64) {
        return Err(Refused::TooLarge { bytes_max });
    }
    // Before a byte of the body is read.
    let mut slot = receiver.ingest.admit().map_err(Refused::Busy)?;
    *sends = true;
    let sent = read(body, encoding, bytes_max, slot.memory(), deadline).await?;
    let body = match media {
        Media::Protobuf => sent,
        Media::Json => json::to_protobuf(exchange.signal, &sent, bytes_max, slot.memory())?,
    };
    let signal = exchange.signal;
    let accepted = receiver.store(exchange, body, slot, deadline).await?;
    Ok(reply::accepted(signal, &response(&accepted), media))
}
