//! Sends rows in messages of a bounded size.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::SinkExt;
use tokio_postgres::{Client, CopyInSink};

use super::{HEADER, TRAILER};
use crate::error::{Failure, Phase, within};

/// The driver gathers what it is fed into messages of more than this; it sends a smaller one only
/// when flushed.
const DRIVER_GATHERS_BYTES: usize = 4096;

/// Cuts a stream of rows into `CopyData` messages of exactly `size` bytes, but for the last. The
/// server doesn't mind where a row is cut.
#[derive(Debug)]
pub(crate) struct Chunks {
    size: usize,
    open: BytesMut,
    full: Vec<Bytes>,
}

impl Chunks {
    pub(crate) fn new(size: usize) -> Self {
        let mut chunks = Self { size, open: BytesMut::with_capacity(size), full: Vec::new() };
        chunks.push(&HEADER);
        chunks
    }

    /// Appends `bytes`.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = self.size - self.open.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.open.extend_from_slice(now);
            bytes = later;
            if self.open.len() == self.size {
                let next = BytesMut::with_capacity(self.size);
                self.full.push(std::mem::replace(&mut self.open, next).freeze());
            }
        }
    }

    /// Takes the messages that are full, leaving the open one.
    pub(crate) fn take_full(&mut self) -> std::vec::Drain<'_, Bytes> {
        self.full.drain(..)
    }

    /// Ends the data and returns the last messages.
    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        self.push(&TRAILER);
        if !self.open.is_empty() {
            self.full.push(self.open.freeze());
        }
        self.full
    }
}

/// Runs `statement` (a COPY … FROM STDIN) over `rows`; returns the server's count of rows. Takes
/// `deadline` at the most, for COPY ignores `statement_timeout`.
///
/// A failure comes with its phase: what fails before the server asked for data can't be the rows'
/// fault. The connection must not be used any further then: the driver ends its data with a second
/// Sync, which the server answers, and each answer from there on is taken for that of the next
/// statement (an earlier one could pass for that of COMMIT).
///
/// Rows are gathered into messages as the socket takes them, so that a batch is never held twice.
pub(crate) async fn send<R: AsRef<[u8]>>(
    client: &Client,
    statement: &str,
    rows: impl Iterator<Item = R>,
    message_bytes: usize,
    deadline: Duration,
) -> Result<u64, (Failure, Phase)> {
    let mut phase = Phase::Control;
    let copy = async {
        let mut sink = std::pin::pin!(client.copy_in::<_, Bytes>(statement).await?);
        phase = Phase::Content;
        let mut chunks = Chunks::new(message_bytes);
        for row in rows {
            chunks.push(row.as_ref());
            for message in chunks.take_full() {
                pass(sink.as_mut(), message).await?;
            }
        }
        for message in chunks.finish() {
            pass(sink.as_mut(), message).await?;
        }
        sink.finish().await
    };
    let sent = within(deadline, copy).await;
    sent.map_err(|failure| (failure, phase))
}

/// Passes one message on, as it is.
async fn pass(
    mut sink: Pin<&mut CopyInSink<Bytes>>,
    message: Bytes,
) -> Result<(), tokio_postgres::Error> {
    if message.len() > DRIVER_GATHERS_BYTES {
        sink.feed(message).await
    } else {
        sink.send(message).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn messages_join_to_the_stream_and_none_is_larger_than_its_bound(
            rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..40),
            size in 1_usize..64,
        ) {
            let mut chunks = Chunks::new(size);
            let mut messages = Vec::new();
            for row in &rows {
                chunks.push(row);
                messages.extend(chunks.take_full());
            }
            messages.extend(chunks.finish());
            prop_assert!(messages.iter().all(|it| it.len() <= size));
            let full = messages.len() - 1;
            prop_assert!(messages[..full].iter().all(|it| it.len() == size));
            let joined = messages.concat();
            let expected = [&HEADER[..], &rows.concat(), &TRAILER].concat();
            prop_assert_eq!(joined, expected);
        }
    }
}
