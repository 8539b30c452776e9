//! A way in whose answer a test decides, and an observer that remembers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use observatory_domain::budget::{MemoryBudget, Reservation};
use observatory_ports::driven::{Event, Observer, Outcome};
use observatory_ports::driving::{Accepted, Busy, Ingest, IngestError, Slot};
use observatory_ports::{Request, Signal};
use tokio::sync::Semaphore;

/// Answers every request alike, and remembers what it got.
pub(crate) struct FakeIngest {
    pub(crate) admission: Result<(), Busy>,
    pub(crate) answer: Result<Accepted, IngestError>,
    pub(crate) budget: MemoryBudget,
    /// Bodies, each with the time that was left to answer it.
    pub(crate) taken: Mutex<Vec<(Bytes, Duration)>>,
    signals: Mutex<Vec<Signal>>,
    /// Gets a permit by each admission, for tests that wait for one.
    pub(crate) admissions: Semaphore,
    slots_open: Arc<AtomicUsize>,
}

impl FakeIngest {
    pub(crate) fn answering(answer: Result<Accepted, IngestError>) -> Self {
        Self {
            admission: Ok(()),
            answer,
            budget: MemoryBudget::new(1 << 30),
            taken: Mutex::default(),
            signals: Mutex::default(),
            admissions: Semaphore::new(0),
            slots_open: Arc::default(),
        }
    }

    pub(crate) fn slots_open(&self) -> usize {
        self.slots_open.load(Ordering::SeqCst)
    }

    pub(crate) fn signals(&self) -> Vec<Signal> {
        self.signals.lock().unwrap().clone()
    }

    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        self.taken.lock().unwrap().iter().map(|(body, _)| body.clone()).collect()
    }
}

#[async_trait]
impl Ingest for FakeIngest {
    fn admit(&self) -> Result<Box<dyn Slot>, Busy> {
        self.admission.clone()?;
        self.slots_open.fetch_add(1, Ordering::SeqCst);
        self.admissions.add_permits(1);
        let slots_open = Arc::clone(&self.slots_open);
        Ok(Box::new(FakeSlot { memory: self.budget.open(), slots_open }))
    }

    async fn ingest(
        &self,
        request: Request,
        _slot: Box<dyn Slot>,
        deadline: Instant,
    ) -> Result<Accepted, IngestError> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.signals.lock().unwrap().push(request.signal);
        self.taken.lock().unwrap().push((request.body, left));
        self.answer.clone()
    }
}

struct FakeSlot {
    memory: Reservation,
    slots_open: Arc<AtomicUsize>,
}

impl Slot for FakeSlot {
    fn memory(&mut self) -> &mut Reservation {
        &mut self.memory
    }
}

impl Drop for FakeSlot {
    fn drop(&mut self) {
        self.slots_open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The outcomes that were counted, by transport.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Vec<(&'static str, Outcome)>>);

impl Seen {
    /// Takes what was counted so far.
    pub(crate) fn take(&self) -> Vec<(&'static str, Outcome)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observer for Seen {
    fn observe(&self, event: Event) {
        if let Event::Answered { transport, outcome, .. } = event {
            self.0.lock().unwrap().push((transport, outcome));
        }
    }
}
