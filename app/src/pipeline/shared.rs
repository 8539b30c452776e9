//! What intake and lanes know of each other.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use observatory_domain::accounting::{Accounting, Ending};
use observatory_domain::batch::Outlook;
use observatory_ports::driven::{Gauge, Gauges, Observer};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore, mpsc};

use super::PipelineOptions;
use super::waiting::Waiting;

/// The state of the whole pipeline.
pub struct Shared {
    pub(super) options: PipelineOptions,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) places: Arc<Semaphore>,
    /// At least one.
    lanes: Vec<LaneState>,
    /// Requests handed over so far.
    turns: AtomicUsize,
    /// Rung when a lane changes its phase.
    changed: Notify,
    /// Requests that are being prepared: lanes wait for them, for a moment.
    preparing: AtomicUsize,
    prepared: Notify,
    accounting: Mutex<Accounting>,
    stopping: AtomicBool,
    rewinds: AtomicU64,
    /// Why the last attempt failed; nothing once a batch was stored since.
    trouble: Mutex<Option<String>>,
}

struct LaneState {
    queue: mpsc::Sender<Waiting>,
    /// Rows queued or being committed.
    rows: AtomicU64,
    phase: AtomicU8,
}

/// What a lane is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not claimed yet.
    Starting = 0,
    /// It writes.
    Ready = 1,
    /// It can't reach the sink.
    Out = 2,
}

/// No lane takes a request now.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoLane;

impl Shared {
    pub(super) fn new(
        options: PipelineOptions,
        observer: Arc<dyn Observer>,
    ) -> (Self, Vec<mpsc::Receiver<Waiting>>) {
        // A queue never holds more than what may be in flight.
        let channels = (0..options.lanes.max(1)).map(|_| mpsc::channel(options.requests_max));
        let (lanes, receivers) = channels
            .map(|(queue, receiver)| {
                let phase = AtomicU8::new(Phase::Starting as u8);
                (LaneState { queue, rows: AtomicU64::new(0), phase }, receiver)
            })
            .unzip();
        let shared = Self {
            places: Arc::new(Semaphore::new(options.requests_max)),
            options,
            observer,
            lanes,
            turns: AtomicUsize::new(0),
            changed: Notify::new(),
            preparing: AtomicUsize::new(0),
            prepared: Notify::new(),
            accounting: Mutex::default(),
            stopping: AtomicBool::new(false),
            rewinds: AtomicU64::new(0),
            trouble: Mutex::default(),
        };
        (shared, receivers)
    }

    /// Takes no new request from now on.
    pub fn stop_intake(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether the service is stopping.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Lanes that write now.
    #[must_use]
    pub fn lanes_ready(&self) -> usize {
        self.lanes.iter().filter(|it| it.is_ready()).count()
    }

    /// Returns once the number of ready lanes is as `wanted` says.
    ///
    /// # Cancel safety
    /// Holds nothing.
    pub async fn until(&self, wanted: impl Fn(usize) -> bool + Send) {
        loop {
            let changed = self.changed.notified();
            if wanted(self.lanes_ready()) {
                return;
            }
            changed.await;
        }
    }

    /// Returns once no request is in flight.
    ///
    /// # Cancel safety
    /// Holds nothing.
    pub async fn until_idle(&self) {
        let all = u32::try_from(self.options.requests_max).unwrap_or(u32::MAX);
        // Every place is free once all of them can be had; the semaphore is never closed.
        let idle = self.places.acquire_many(all).await;
        debug_assert!(idle.is_ok());
    }

    /// All lanes.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// How often the database was found to have gone back since the start.
    #[must_use]
    pub fn rewinds(&self) -> u64 {
        self.rewinds.load(Ordering::Relaxed)
    }

    /// Why the last attempt to store something failed; nothing once one succeeded.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Where the records went; one consistent snapshot.
    #[must_use]
    pub fn accounting(&self) -> Accounting {
        *self.accounting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn received(&self, accepted: u64, refused: u64) {
        self.accounting.lock().unwrap_or_else(PoisonError::into_inner).receive(accepted, refused);
    }

    pub(super) fn ended(&self, records: u64, ending: Ending) {
        self.accounting.lock().unwrap_or_else(PoisonError::into_inner).end(records, ending);
    }

    pub(super) fn rewound(&self) {
        self.rewinds.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn set_phase(&self, lane: usize, phase: Phase) {
        if let Some(state) = self.lanes.get(lane) {
            state.phase.store(phase as u8, Ordering::Release);
            self.changed.notify_waiters();
        }
    }

    /// Gives `waiting` to the ready lane with the fewest rows; among equals to another one each
    /// time, for only a lane that writes replaces its connection when that is old.
    pub(super) fn hand_over(&self, waiting: Waiting) -> Result<(), NoLane> {
        let first = self.turns.fetch_add(1, Ordering::Relaxed) % self.lanes.len();
        let (later, sooner) = self.lanes.split_at(first);
        let ready = sooner.iter().chain(later).filter(|it| it.is_ready());
        let Some(lane) = ready.min_by_key(|it| it.rows.load(Ordering::Acquire)) else {
            return Err(NoLane);
        };
        let rows = waiting.client.records;
        lane.rows.fetch_add(rows, Ordering::AcqRel);
        lane.queue.try_send(waiting).map_err(|_closed_or_full| {
            lane.rows.fetch_sub(rows, Ordering::AcqRel);
            NoLane
        })
    }

    /// `rows` have left `lane`.
    pub(super) fn left(&self, lane: usize, rows: u64) {
        if let Some(state) = self.lanes.get(lane) {
            state.rows.fetch_sub(rows, Ordering::AcqRel);
        }
    }

    /// Marks that a request is being prepared, until dropped.
    pub(super) fn preparing(&self) -> Preparing<'_> {
        self.preparing.fetch_add(1, Ordering::AcqRel);
        Preparing(self)
    }

    pub(super) fn outlook(&self) -> Outlook {
        match self.preparing.load(Ordering::Acquire) {
            0 => Outlook::Quiet,
            _ => Outlook::MoreOnTheWay,
        }
    }

    /// Returns when a request has been prepared.
    ///
    /// # Cancel safety
    /// Holds nothing.
    pub(super) fn next_prepared(&self) -> Notified<'_> {
        // Made, not yet awaited: it sees what is prepared from this moment on.
        self.prepared.notified()
    }
}

/// A request being prepared.
pub(super) struct Preparing<'a>(&'a Shared);

impl Drop for Preparing<'_> {
    fn drop(&mut self) {
        self.0.preparing.fetch_sub(1, Ordering::AcqRel);
        self.0.prepared.notify_waiters();
    }
}

impl LaneState {
    fn is_ready(&self) -> bool {
        self.phase.load(Ordering::Acquire) == Phase::Ready as u8
    }
}

impl Gauges for Shared {
    fn read(&self, show: &mut dyn FnMut(Gauge, u64)) {
        let in_flight = self.options.requests_max - self.places.available_permits();
        show(Gauge::RequestsInFlight, in_flight as u64);
        show(Gauge::RequestsInFlightMax, self.options.requests_max as u64);
        show(Gauge::MemoryUsed, self.options.memory.bytes_used());
        show(Gauge::MemoryMax, self.options.memory.bytes_max());
        show(Gauge::RecordsInFlight, self.accounting().in_flight);
        show(Gauge::LanesReady, self.lanes_ready() as u64);
        show(Gauge::Lanes, self.lanes.len() as u64);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("options", &self.options).finish_non_exhaustive()
    }
}
