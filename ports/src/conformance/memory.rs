//! A sink in memory, for tests of what is around a sink. Promise: exactly once.
//!
//! A request of it is any bytes: each byte is a record, and a zero byte is a refused one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use observatory_domain::ids::{BadId, LaneId, Ordinal, Sequence};
use observatory_domain::intake::{RecordSet, Refusal};

use crate::Request;
use crate::driven::{
    Claim, Committed, Entry, Footprint, Intake, Malformed, Prepared, RecordSink, SinkError,
};

/// Keeps what was committed.
#[derive(Debug, Default)]
pub struct MemorySink(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    lanes: HashMap<LaneId, (i64, Sequence)>,
    stored: Vec<u8>,
}

#[derive(Debug)]
struct Bytes(Vec<u8>);

impl Prepared for Bytes {
    fn footprint(&self) -> Footprint {
        Footprint { records: self.0.len() as u64, bytes: self.0.len() as u64 }
    }
}

impl MemorySink {
    /// Every stored record, in the order of commits.
    #[must_use]
    pub fn stored(&self) -> Vec<u8> {
        self.state().stored.clone()
    }

    /// Sets a lane's checkpoint back, as a restore of an older backup would.
    pub fn rewind(&self, lane: LaneId, to: Sequence) {
        self.state().lanes.entry(lane).or_default().1 = to;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RecordSink for MemorySink {
    fn prepare(
        &self,
        request: &Request,
        intake: &Intake<'_>,
    ) -> Result<(Box<dyn Prepared>, RecordSet), Malformed> {
        let (mut rows, mut refused) = (Vec::new(), RecordSet::default());
        for (ordinal, byte) in (0..).map(Ordinal).zip(request.body.iter()) {
            let refusal = match intake.refused {
                None => (*byte == 0).then_some(Refusal::SpanId(BadId::Zero)),
                Some(earlier) => earlier.contains(ordinal).then_some(Refusal::Earlier),
            };
            match refusal {
                Some(refusal) => refused.insert(ordinal, refusal),
                None => rows.push(*byte),
            }
        }
        Ok((Box::new(Bytes(rows)), refused))
    }

    async fn claim(&self, lane: LaneId) -> Result<(Claim, Sequence), SinkError> {
        let mut state = self.state();
        let (epoch, checkpoint) = state.lanes.entry(lane).or_default();
        *epoch += 1;
        Ok((Claim { lane, epoch: *epoch, session: Box::new(()) }, *checkpoint))
    }

    async fn commit(&self, claim: &mut Claim, entries: &[Entry]) -> Result<Committed, SinkError> {
        let mut state = self.state();
        let (epoch, stands) = state.lanes.get(&claim.lane).copied().unwrap_or_default();
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(Committed { checkpoint: stands, rows: 0 });
        };
        let to = last.position.sequence;
        if epoch != claim.epoch || stands > to {
            return Err(SinkError::Fenced);
        }
        if stands == to {
            return Ok(Committed { checkpoint: stands, rows: 0 });
        }
        if stands.plus(1) != first.position.sequence {
            return Err(SinkError::Rewound { to: stands });
        }
        if !entries.iter().all(|it| it.ticket.seal()) {
            for entry in entries {
                entry.ticket.reopen();
            }
            return Err(SinkError::Withdrawn);
        }
        let before = state.stored.len();
        for entry in entries {
            let any: &dyn std::any::Any = entry.prepared.as_ref();
            state.stored.extend(any.downcast_ref::<Bytes>().into_iter().flat_map(|it| &it.0));
        }
        let rows = (state.stored.len() - before) as u64;
        state.lanes.insert(claim.lane, (epoch, to));
        Ok(Committed { checkpoint: to, rows })
    }
}
