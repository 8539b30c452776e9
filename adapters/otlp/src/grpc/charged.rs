//! A request's body whose bytes are charged to the memory budget as they arrive, and that fails once
//! its deadline has passed.
//!
//! The deadline is kept here, not around the whole call, because the handler keeps it in its own way:
//! it withdraws the request a little earlier, unless its COMMIT is under way.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use observatory_ports::driving::{Busy, Slot};
use tokio::time::Sleep;
use tonic::Status;

use crate::answer::Refused;

/// A slot that the body grows and the handler takes.
#[derive(Clone)]
pub(super) struct SharedSlot(Arc<Mutex<Option<Box<dyn Slot>>>>);

impl SharedSlot {
    pub(super) fn new(slot: Box<dyn Slot>) -> Self {
        Self(Arc::new(Mutex::new(Some(slot))))
    }

    /// Takes the slot, once the body has been read.
    pub(super) fn take(&self) -> Option<Box<dyn Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Charges what decompression added: the message has `bytes` now.
    pub(super) fn charge_up_to(&self, bytes: u64) -> Result<(), Busy> {
        self.charge_by(|charged| bytes.saturating_sub(charged))
    }

    fn charge(&self, bytes: u64) -> Result<(), Busy> {
        self.charge_by(|_charged| bytes)
    }

    fn charge_by(&self, more: impl FnOnce(u64) -> u64) -> Result<(), Busy> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(memory) = slot.as_mut().map(|it| it.memory()) else { return Ok(()) };
        Ok(memory.grow(more(memory.bytes()))?)
    }
}

/// Wraps `inner`.
pub(super) struct Charged<B> {
    inner: B,
    slot: SharedSlot,
    deadline: Pin<Box<Sleep>>,
}

impl<B> Charged<B> {
    pub(super) fn new(inner: B, slot: SharedSlot, deadline: Instant) -> Self {
        let deadline = Box::pin(tokio::time::sleep_until(deadline.into()));
        Self { inner, slot, deadline }
    }
}

impl<B> Body for Charged<B>
where
    B: Body<Data = Bytes, Error = Status> + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        // First, so that a body that always has a few more bytes does not outlive it.
        if self.deadline.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(Refused::late().status())));
        }
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                tracing::debug!(%error, "a request's body broke off");
                return Poll::Ready(Some(Err(Refused::broken_off().status())));
            }
            None => return Poll::Ready(None),
        };
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        let charged = self.slot.charge(bytes as u64).map_err(|it| Refused::Busy(it).status());
        Poll::Ready(Some(charged.map(|()| frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
