//! The sink in memory keeps the promises of the kit.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures_util::future::FutureExt;
use observatory_domain::ids::{LaneId, ProjectId};
use observatory_domain::time::UnixNanos;
use observatory_ports::conformance::{MemorySink, SinkUnderTest, all};
use observatory_ports::driven::RecordSink;
use observatory_ports::{Request, Signal};

#[derive(Default)]
struct Memory {
    sink: MemorySink,
    lanes: AtomicU64,
}

#[async_trait]
impl SinkUnderTest for Memory {
    fn sink(&self) -> &dyn RecordSink {
        &self.sink
    }

    fn request(&self, good: usize, bad: usize) -> Request {
        let body = [vec![7; good], vec![0; bad]].concat().into();
        Request { project: ProjectId(0), signal: Signal::Traces, body }
    }

    fn now(&self) -> UnixNanos {
        UnixNanos(1)
    }

    fn lane(&self) -> LaneId {
        LaneId(self.lanes.fetch_add(1, Ordering::Relaxed).into())
    }

    async fn stored(&self) -> u64 {
        self.sink.stored().len() as u64
    }
}

#[test]
fn the_sink_in_memory_passes_the_kit() {
    // It never waits, so one poll runs it to its end.
    assert!(all(&Memory::default()).now_or_never().is_some());
}
