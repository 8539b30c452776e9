//! The transaction that stores a batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use observatory_domain::ids::Sequence;
use observatory_ports::driven::{
    Claim, Clock, Committed, Entry, Event, Observer, RecordCodec, SinkError,
};

use super::checkpoint::{self, Moved, Step};
use super::dimensions;
use super::known::Known;
use super::series::{self, Missing};
use crate::connect::Session;
use crate::copy::send;
use crate::edition::Partitions;
use crate::error::{Failure, Phase, within};
use crate::prepare::{DimensionRow, PreparedRows, Table, day_of};

/// Stores batches over a claim's connection.
pub(crate) struct Writer {
    pub(crate) codec: Arc<dyn RecordCodec>,
    pub(crate) known: Known,
    pub(crate) partitions: Partitions,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) message_bytes: usize,
    pub(crate) deadline: Duration,
}

/// What a batch sends.
#[derive(Clone, Copy)]
struct Content<'b> {
    batch: &'b [&'b PreparedRows],
    /// The resources and scopes that the database may not have.
    missing: &'b [&'b DimensionRow],
    /// The series that it may not have.
    series: &'b [Missing],
}

/// How an attempt ended short of COMMIT.
enum Stop {
    Failed(Failure, Phase),
    Withdrawn,
    Moved(Moved),
}

impl Writer {
    /// Stores `entries` after the checkpoint, all or nothing.
    pub(crate) async fn commit(
        &self,
        claim: &Claim,
        entries: &[Entry],
    ) -> Result<Committed, SinkError> {
        let control = |failure: Failure| failure.retry(Phase::Control);
        let connection = connection_of(claim).map_err(control)?;
        let step = step_of(entries).map_err(control)?;
        let batch: Result<Vec<_>, _> = entries.iter().map(prepared).collect();
        let batch = batch.map_err(control)?;
        self.partitions.cover(&batch, self.deadline).await.map_err(control)?;
        // The day is asked for once, for midnight may pass before COMMIT. The database notes a row's
        // last use by its own clock: about a day apart at the most, which collection allows for.
        let day = day_of(self.clock.now());
        let missing = self.known.missing(batch.iter().flat_map(|it| &it.dimensions), day);
        let series = series::missing(&self.known, entries, &batch, day);
        let content = Content { batch: &batch, missing: &missing, series: &series };
        match self.fill(connection, claim, step, content, entries).await {
            Ok(rows) => {
                self.conclude(connection, entries).await?;
                self.known.learn(&missing, &series, day);
                Ok(Committed { checkpoint: step.to, rows })
            }
            Err(ended) => self.give_up(connection, ended, step).await,
        }
    }

    /// Everything up to COMMIT. Returns the rows that COMMIT will store.
    async fn fill(
        &self,
        connection: &Object,
        claim: &Claim,
        step: Step,
        content: Content<'_>,
        entries: &[Entry],
    ) -> Result<u64, Stop> {
        let control = |failure| Stop::Failed(failure, Phase::Control);
        let refused = |failure| Stop::Failed(failure, Phase::Content);
        let Content { batch, missing, series } = content;
        let started = Instant::now();
        let moved =
            checkpoint::advance(connection, claim, step, self.deadline).await.map_err(control)?;
        self.observer.observe(Event::Queried { operation: "checkpoint", took: started.elapsed() });
        if moved != Moved::Forward {
            return Err(Stop::Moved(moved));
        }
        if !missing.is_empty() || !series.is_empty() {
            let started = Instant::now();
            dimensions::insert(connection, missing, self.deadline).await.map_err(refused)?;
            let codec = self.codec.as_ref();
            let inserted = series::insert(connection, codec, entries, series, self.deadline);
            inserted.await.map_err(refused)?;
            let took = started.elapsed();
            self.observer.observe(Event::Queried { operation: "dimensions", took });
        }
        let mut rows = 0;
        for table in Table::ALL {
            rows += self.copy(connection, table, batch).await?;
        }
        // From here on COMMIT decides: who withdraws now, withdraws too late.
        if entries.iter().all(|entry| entry.ticket.seal()) {
            return Ok(rows);
        }
        for entry in entries {
            entry.ticket.reopen();
        }
        Err(Stop::Withdrawn)
    }

    /// Copies the rows of one table, in the order of time. Returns how many they are.
    async fn copy(
        &self,
        connection: &Object,
        table: Table,
        batch: &[&PreparedRows],
    ) -> Result<u64, Stop> {
        let rows = by_time(table, batch);
        let sent = rows.len() as u64;
        if sent == 0 {
            return Ok(0);
        }
        let rows = rows.iter().map(|(_, row)| *row);
        let statement = table.copy_statement();
        let stored = send(connection, statement, rows, self.message_bytes, self.deadline)
            .await
            .map_err(|(failure, phase)| Stop::Failed(failure, phase))?;
        if stored != sent {
            return Err(Stop::Failed(Failure::Count { stored, sent }, Phase::Control));
        }
        Ok(sent)
    }

    async fn conclude(&self, connection: &Object, entries: &[Entry]) -> Result<(), SinkError> {
        let Err(failure) = within(self.deadline, connection.batch_execute("COMMIT")).await else {
            return Ok(());
        };
        // The server itself says that it rolled back (a deferred constraint): no doubt about it.
        if failure.is_servers_word() {
            for entry in entries {
                entry.ticket.reopen();
            }
            return Err(failed(failure, Phase::Content));
        }
        Err(SinkError::InDoubt { source: Box::new(failure) })
    }

    /// Says what the caller does next. Only where the claim stays good is anything rolled back here;
    /// else its session is closed, which does it.
    async fn give_up(
        &self,
        connection: &Object,
        ended: Stop,
        step: Step,
    ) -> Result<Committed, SinkError> {
        let answer = match ended {
            Stop::Failed(failure, _) if failure.is_missing_partition() => {
                self.partitions.forget();
                Err(failure.retry(Phase::Control))
            }
            Stop::Failed(failure, phase) => Err(failed(failure, phase)),
            Stop::Withdrawn => Err(SinkError::Withdrawn),
            Stop::Moved(Moved::Already) => Ok(Committed { checkpoint: step.to, rows: 0 }),
            Stop::Moved(Moved::Elsewhere(to)) => Err(SinkError::Rewound { to }),
            Stop::Moved(_) => Err(SinkError::Fenced),
        };
        if leaves_the_claim_good(&answer) {
            let rolled_back = within(self.deadline, connection.batch_execute("ROLLBACK")).await;
            rolled_back.map_err(|failure| failure.retry(Phase::Control))?;
        }
        answer
    }
}

/// Whether a claim's session is in order after `answer`. After a poison it is: the server refused
/// what it had been given, and everything sent has its answer.
pub(crate) const fn leaves_the_claim_good(answer: &Result<Committed, SinkError>) -> bool {
    matches!(answer, Ok(_) | Err(SinkError::Withdrawn | SinkError::Poison { .. }))
}

/// The rows of a batch that go into `table`, in the order of time: an index on time is then filled from left to right,
/// which costs the server 8.2 µs a row instead of 13.
fn by_time<'b>(table: Table, batch: &[&'b PreparedRows]) -> Vec<(u64, &'b [u8])> {
    let batch = batch.iter().filter(|it| it.table == table);
    let rows = batch.flat_map(|it| it.index.iter().map(|row| (row.micros, it.row(row))));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(micros, _)| *micros);
    rows
}

fn connection_of(claim: &Claim) -> Result<&Object, Failure> {
    let session = claim.session.downcast_ref::<Session>();
    session.ok_or(Failure::Bug("a claim of another sink"))?.connection()
}

fn step_of(entries: &[Entry]) -> Result<Step, Failure> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Err(Failure::Bug("a batch without entries"));
    };
    let from = Sequence(first.position.sequence.0.saturating_sub(1));
    Ok(Step { from, to: last.position.sequence })
}

fn prepared(entry: &Entry) -> Result<&PreparedRows, Failure> {
    let any: &dyn std::any::Any = entry.prepared.as_ref();
    any.downcast_ref().ok_or(Failure::Bug("rows that another sink prepared"))
}

fn failed(failure: Failure, phase: Phase) -> SinkError {
    use observatory_domain::retry::ErrorClass;
    match failure.class(phase) {
        ErrorClass::Poison => SinkError::Poison { reason: failure.reason() },
        _ => failure.retry(phase),
    }
}
