//! Taking a lane over.
//!
//! The older writer's backend is ended first, by pid and start time, so that a transaction of its
//! that hangs in a dead network can neither block nor commit any more. Then the claim's row lock
//! waits for whatever it still does, and what is read is the truth.

use std::time::{Duration, SystemTime};

use deadpool_postgres::Object;
use observatory_domain::ids::{LaneId, Sequence};
use observatory_ports::driven::{Claim, SinkError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::connect::{Connections, Session};
use crate::error::{Failure, Phase, within};

const OLDER_WRITER: &str = include_str!("../sql/older_writer.sql");
const END_BACKEND: &str = include_str!("../sql/end_backend.sql");
const CLAIM: &str = include_str!("../sql/claim.sql");

/// How long an older backend is waited for.
const WAIT_FOR_OLDER_MAX: Duration = Duration::from_secs(5);

/// Claims `lane`, from whoever holds it; returns its checkpoint. The claim holds the lane's
/// connection, which never goes back to the pool.
pub(crate) async fn claim(
    connections: &Connections,
    lane: LaneId,
    deadline: Duration,
) -> Result<(Claim, Sequence), SinkError> {
    let session = connections.lane().await.map_err(control)?;
    let taken = take(&session, lane, None, deadline).await.map_err(control)?;
    let (epoch, sequence) =
        taken.ok_or(Failure::Bug("a lane that can't be claimed")).map_err(control)?;
    Ok((Claim { lane, epoch, session: Box::new(session) }, sequence))
}

/// Puts `held` on a new connection, unless the lane was claimed by another meanwhile.
pub(crate) async fn renew(
    connections: &Connections,
    held: &mut Claim,
    deadline: Duration,
) -> Result<(), SinkError> {
    let session = connections.lane().await.map_err(control)?;
    let taken = take(&session, held.lane, Some(held.epoch), deadline).await.map_err(control)?;
    let (epoch, sequence) = taken.ok_or(SinkError::Fenced)?;
    held.session = Box::new(session);
    let known = std::mem::replace(&mut held.epoch, epoch);
    // The database that gave us the epoch before gives a higher one. Another one's sequence says nothing
    // of what we have stored: the caller has to look at it.
    if epoch > known { Ok(()) } else { Err(SinkError::Rewound { to: sequence }) }
}

fn control(failure: Failure) -> SinkError {
    failure.retry(Phase::Control)
}

/// The new epoch and the checkpoint; nothing when a newer writer than `held` has the lane.
async fn take(
    session: &Session,
    lane: LaneId,
    held: Option<i64>,
    deadline: Duration,
) -> Result<Option<(i64, Sequence)>, Failure> {
    let connection = session.connection()?;
    let lane = Uuid::from_u128(lane.0);
    let whose: [&(dyn ToSql + Sync); 2] = [&lane, &held];
    if let Some(older) = within(deadline, connection.query_opt(OLDER_WRITER, &whose)).await? {
        end(connection, &older, deadline).await?;
    }
    let taken = within(deadline, connection.query_opt(CLAIM, &whose)).await?;
    let Some(row) = taken else { return Ok(None) };
    let sequence: i64 = row.try_get(1)?;
    Ok(Some((row.try_get(0)?, Sequence(sequence.cast_unsigned()))))
}

/// Ends the older backend and waits until it is gone, for half the deadline at the most. Where it
/// outlives the wait, the claim's own lock waits for it.
async fn end(connection: &Object, older: &Row, deadline: Duration) -> Result<(), Failure> {
    let (pid, started): (i32, SystemTime) = (older.try_get(0)?, older.try_get(1)?);
    let wait = WAIT_FOR_OLDER_MAX.min(deadline / 2).as_millis();
    let wait = i64::try_from(wait).unwrap_or(i64::MAX);
    let ended = async { connection.query_opt(END_BACKEND, &[&pid, &started, &wait]).await };
    if let Some(row) = within(deadline, ended).await? {
        let ended: bool = row.try_get(0)?;
        if ended {
            tracing::debug!(pid, "ended the backend that wrote this lane before");
        } else {
            tracing::warn!(pid, "the backend that wrote this lane before does not end");
        }
    }
    Ok(())
}
