//! The port's face: [`RecordSink`] over PostgreSQL. Promise: exactly once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use observatory_domain::ids::{LaneId, Sequence};
use observatory_domain::intake::RecordSet;
use observatory_ports::Request;
use observatory_ports::driven::{
    Claim, Clock, Committed, Entry, Intake, Malformed, Observer, Prepared, RecordCodec, RecordSink,
    SinkError,
};

use crate::commit::{Known, Writer, claim, leaves_the_claim_good, renew};
use crate::connect::{Connections, Session};
use crate::edition::Partitions;
use crate::prepare::prepare;

/// The sink's bounds.
#[derive(Clone, Copy, Debug)]
pub struct SinkOptions {
    /// Bytes of one `CopyData` message (`COPY_BUFFER_SIZE`).
    pub message_bytes: usize,
    /// How long any one statement may take (`DB_STATEMENT_DEADLINE`).
    pub statement_deadline: Duration,
}

/// Stores batches in PostgreSQL.
pub struct PostgresSink {
    connections: Connections,
    writer: Writer,
}

/// In a claim's place of a session: the next commit opens another.
#[derive(Debug)]
struct Closed;

impl PostgresSink {
    /// A sink that reads requests by `codec` and writes over `connections`.
    #[must_use]
    pub fn new(
        codec: Arc<dyn RecordCodec>,
        connections: Connections,
        options: SinkOptions,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let writer = Writer {
            codec,
            known: Known::default(),
            partitions: Partitions::new(connections.clone()),
            clock,
            observer,
            message_bytes: options.message_bytes,
            deadline: options.statement_deadline,
        };
        Self { connections, writer }
    }
}

impl PostgresSink {
    fn lifetime_max(&self) -> Duration {
        self.connections.options.lifetime_max
    }

    /// A connection's lifetime applies between batches: this one is replaced.
    async fn renew(&self, worn: &mut Claim) -> Result<(), SinkError> {
        // Closed first: else the two would count twice in the pool.
        worn.session = Box::new(Closed);
        self.forget();
        renew(&self.connections, worn, self.writer.deadline).await
    }

    /// A new connection may lead to another database, after a failover.
    fn forget(&self) {
        self.writer.known.forget();
        self.writer.partitions.forget();
    }
}

impl fmt::Debug for PostgresSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSink")
            .field("address", &self.connections.address())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl RecordSink for PostgresSink {
    fn prepare(
        &self,
        request: &Request,
        intake: &Intake<'_>,
    ) -> Result<(Box<dyn Prepared>, RecordSet), Malformed> {
        let (prepared, refused) = prepare(self.writer.codec.as_ref(), request, intake)?;
        Ok((Box::new(prepared), refused))
    }

    async fn claim(&self, lane: LaneId) -> Result<(Claim, Sequence), SinkError> {
        self.forget();
        claim(&self.connections, lane, self.writer.deadline).await
    }

    async fn commit(&self, claim: &mut Claim, entries: &[Entry]) -> Result<Committed, SinkError> {
        let session = claim.session.downcast_ref::<Session>();
        let worn = session.is_some_and(|it| it.age() >= self.lifetime_max());
        if worn || claim.session.is::<Closed>() {
            self.renew(claim).await?;
        }
        let answer = self.writer.commit(claim, entries).await;
        if !leaves_the_claim_good(&answer) {
            claim.session = Box::new(Closed);
        }
        answer
    }
}
