//! The form of a request's body: its media type and its coding.

use poem::http::{HeaderMap, HeaderName, header};

use super::body::Encoding;
use crate::answer::Refused;

/// How a message is written, in the request and in its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Protobuf,
    Json,
}

impl Media {
    const ALL: [Self; 2] = [Self::Protobuf, Self::Json];

    /// Its name in `Content-Type`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    /// What the request says that it is, with whatever parameters.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let said = value(headers, &header::CONTENT_TYPE).split(';').next().unwrap_or_default();
        Self::ALL.into_iter().find(|it| said.trim().eq_ignore_ascii_case(it.name()))
    }
}

/// The request's media type, if it is one that is spoken here.
pub(super) fn media(headers: &HeaderMap) -> Result<Media, Refused> {
    Media::of(headers).ok_or_else(|| {
        let [protobuf, json] = Media::ALL.map(Media::name);
        let said = value(headers, &header::CONTENT_TYPE);
        Refused::Unsupported(format!(
            "content-type {said:?} is not supported: send {protobuf} or {json}"
        ))
    })
}

/// The body's encoding, if it is one that is spoken here.
pub(super) fn encoding(headers: &HeaderMap) -> Result<Encoding, Refused> {
    // Names of codings have no case, and x-gzip is gzip (RFC 9110, 8.4.1).
    match value(headers, &header::CONTENT_ENCODING).to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Encoding::Identity),
        "gzip" | "x-gzip" => Ok(Encoding::Gzip),
        "zstd" => Ok(Encoding::Zstd),
        other => Err(Refused::Unsupported(format!(
            "content-encoding {other:?} is not supported: send gzip, zstd, or nothing"
        ))),
    }
}

/// A header's text; empty when absent.
pub(super) fn value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).map_or("", |it| it.to_str().unwrap_or("?").trim())
}
