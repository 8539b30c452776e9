//! Reads a request's body: bounded in bytes and time, charged to the memory budget, decompressed.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use futures_util::{Stream, StreamExt};
use observatory_domain::budget::Reservation;
use observatory_ports::driving::Busy;

use crate::answer::Refused;

/// Decompression is charged in steps of this size.
const STEP_BYTES: usize = 64 * 1024;

/// The memory that a zstd frame may demand for its window, 8 MiB (RFC 8878, 3.1.1.1.2: what decoders
/// should support). It is not charged.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How long the rest of a refused body is read: it holds no place, and must not hold up the shutdown.
const DISCARD_MAX: Duration = Duration::from_secs(2);

/// A body as it arrives.
pub(super) type Chunks = dyn Stream<Item = io::Result<Bytes>> + Send + Unpin;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

/// The whole body, decompressed, if it arrives before `deadline`. A bound on each silence would not
/// do: a client that sends a byte now and then would hold its place for ever.
pub(super) async fn read(
    body: &mut Chunks,
    encoding: Encoding,
    bytes_max: usize,
    memory: &mut Reservation,
    deadline: Instant,
) -> Result<Bytes, Refused> {
    let collected = collect(body, bytes_max, memory);
    let Ok(sent) = tokio::time::timeout_at(deadline.into(), collected).await else {
        return Err(Refused::late());
    };
    let sent = sent?;
    match encoding {
        Encoding::Identity => Ok(sent),
        Encoding::Gzip => inflate(MultiGzDecoder::new(sent.as_ref()), "gzip", bytes_max, memory),
        Encoding::Zstd => inflate(unzstd(&sent)?, "zstd", bytes_max, memory),
    }
}

/// Reads what is left of a refused body, holding nothing of it, for [`DISCARD_MAX`] and until `deadline`
/// at the most: a client that is still sending reads no answer yet, and if its connection is closed on
/// it, it never does, and sends the same again.
pub(super) async fn discard(body: &mut Chunks, deadline: Instant) {
    let deadline = deadline.min(Instant::now() + DISCARD_MAX);
    let rest = async { while let Some(Ok(_chunk)) = body.next().await {} };
    if tokio::time::timeout_at(deadline.into(), rest).await.is_err() {
        tracing::debug!("a refused body took too long: its client may not see why");
    }
}

async fn collect(
    body: &mut Chunks,
    bytes_max: usize,
    memory: &mut Reservation,
) -> Result<Bytes, Refused> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "a request's body broke off");
            Refused::broken_off()
        })?;
        if whole.len() + chunk.len() > bytes_max {
            return Err(Refused::TooLarge { bytes_max });
        }
        charge(memory, chunk.len())?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// A reader of all frames of `sent`.
fn unzstd(sent: &[u8]) -> Result<impl Read, Refused> {
    let decoder = zstd::Decoder::with_buffer(sent).and_then(|mut decoder| {
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
        Ok(decoder)
    });
    decoder.map_err(|error| Refused::Invalid(format!("zstd can't be read: {error}")))
}

/// Reads what `decoder` inflates, which may have several parts, never beyond `bytes_max`.
fn inflate(
    mut decoder: impl Read,
    coding: &str,
    bytes_max: usize,
    memory: &mut Reservation,
) -> Result<Bytes, Refused> {
    let mut whole = Vec::new();
    loop {
        let filled = whole.len();
        // One byte beyond the bound tells that there is more.
        let step = STEP_BYTES.min(bytes_max + 1 - filled);
        whole.resize(filled + step, 0);
        let read = whole.get_mut(filled..).map_or(Ok(0), |room| decoder.read(room));
        let read =
            read.map_err(|error| Refused::Invalid(format!("the body is no {coding}: {error}")))?;
        whole.truncate(filled + read);
        charge(memory, read)?;
        if read == 0 {
            return Ok(whole.into());
        }
        if whole.len() > bytes_max {
            return Err(Refused::TooLarge { bytes_max });
        }
    }
}

fn charge(memory: &mut Reservation, bytes: usize) -> Result<(), Refused> {
    memory.grow(bytes as u64).map_err(|spent| Refused::Busy(Busy::from(spent)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use observatory_domain::budget::MemoryBudget;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn inflated(sent: &[u8], bytes_max: usize) -> Result<Bytes, Refused> {
        let gzip = MultiGzDecoder::new(sent);
        inflate(gzip, "gzip", bytes_max, &mut MemoryBudget::new(1 << 30).open())
    }

    #[test]
    fn several_members_are_one_body() {
        let sent = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(inflated(&sent, 100).unwrap(), "one two");
    }

    #[test]
    fn a_bomb_is_refused_at_the_bound() {
        let bomb = gzip(&vec![0; 50_000_000]);
        assert!(bomb.len() < 500_000);
        assert_eq!(inflated(&bomb, 1 << 20), Err(Refused::TooLarge { bytes_max: 1 << 20 }));
        assert_eq!(inflated(&gzip(&[7; 4096]), 4096).unwrap().len(), 4096);
        assert!(inflated(&gzip(&[7; 4097]), 4096).is_err());
    }

    #[test]
    fn what_is_no_gzip_or_has_something_behind_it_is_refused() {
        let whole = gzip(b"content");
        for sent in [&b"content"[..], &whole[..whole.len() - 1], &[&whole[..], b"junk"].concat()] {
            assert!(matches!(inflated(sent, 100), Err(Refused::Invalid(_))));
        }
    }

    fn unzstded(sent: &[u8], bytes_max: usize) -> Result<Bytes, Refused> {
        inflate(unzstd(sent)?, "zstd", bytes_max, &mut MemoryBudget::new(1 << 30).open())
    }

    #[test]
    fn zstd_is_read_and_bounded_as_gzip_is() {
        let zstd = |content: &[u8]| zstd::encode_all(content, 3).unwrap();
        let several = [zstd(b"one "), zstd(b"two")].concat();
        assert_eq!(unzstded(&several, 100).unwrap(), "one two");
        let bomb = zstd(&vec![0; 50_000_000]);
        assert!(bomb.len() < 50_000);
        assert_eq!(unzstded(&bomb, 1 << 20), Err(Refused::TooLarge { bytes_max: 1 << 20 }));
        let whole = zstd(b"content");
        for sent in [&b"content"[..], &whole[..whole.len() - 1], &[&whole[..], b"junk"].concat()] {
            assert!(matches!(unzstded(sent, 100), Err(Refused::Invalid(_))));
        }
    }

    #[test]
    fn a_zstd_frame_that_demands_much_memory_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(27).unwrap();
        encoder.include_contentsize(false).unwrap();
        encoder.write_all(&[7; 100]).unwrap();
        let refused = unzstded(&encoder.finish().unwrap(), 1 << 20);
        assert!(matches!(refused, Err(Refused::Invalid(_))), "{refused:?}");
    }

    #[test]
    fn memory_is_charged_while_inflating() {
        let budget = MemoryBudget::new(1000);
        let mut other = budget.open();
        other.grow(2000).unwrap();
        let sent = gzip(&[1; 5000]);
        let gzip = MultiGzDecoder::new(sent.as_slice());
        let refused = inflate(gzip, "gzip", 1 << 20, &mut budget.open());
        assert!(matches!(refused, Err(Refused::Busy(_))));
    }
}
