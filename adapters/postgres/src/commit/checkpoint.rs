//! The lane's checkpoint, which the database alone decides.

use std::time::Duration;

use deadpool_postgres::Object;
use observatory_domain::ids::Sequence;
use observatory_ports::driven::Claim;
use uuid::Uuid;

use crate::error::{Failure, within};

const ADVANCE: &str = include_str!("../sql/advance.sql");
const LOCKED: &str = include_str!("../sql/locked_checkpoint.sql");

/// A batch's step in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The checkpoint that the batch follows.
    pub(super) from: Sequence,
    /// The batch's last entry.
    pub(super) to: Sequence,
}

/// What became of the attempt to move the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// It moved: store the batch.
    Forward,
    /// This very batch has been stored before.
    Already,
    /// Another writer has the lane.
    Fenced,
    /// The database stands elsewhere.
    Elsewhere(Sequence),
}

/// Begins a transaction and moves the checkpoint of `claim`'s lane.
pub(super) async fn advance(
    connection: &Object,
    claim: &Claim,
    step: Step,
    deadline: Duration,
) -> Result<Moved, Failure> {
    let lane = Uuid::from_u128(claim.lane.0);
    let (from, to) = (signed(step.from), signed(step.to));
    let statement = within(deadline, connection.prepare_cached(ADVANCE)).await?;
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&lane, &claim.epoch, &from, &to];
    // Sent together: one round trip instead of two. BEGIN first, which `biased` sees to: an UPDATE
    // before it would stand though the batch is rolled back.
    let begin = connection.batch_execute("BEGIN");
    let update = connection.execute(&statement, &parameters);
    let both = async { tokio::try_join!(biased; begin, update) };
    let ((), moved) = within(deadline, both).await?;
    if moved == 1 {
        return Ok(Moved::Forward);
    }
    let row = within(deadline, connection.query_opt(LOCKED, &[&lane])).await?;
    let Some(row) = row else { return Ok(Moved::Elsewhere(Sequence(0))) };
    let (sequence, epoch): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    Ok(judge(Sequence(sequence.cast_unsigned()), epoch, claim.epoch, step))
}

/// What a checkpoint that did not move says.
fn judge(stands: Sequence, epoch: i64, ours: i64, step: Step) -> Moved {
    if epoch > ours || stands > step.to {
        Moved::Fenced
    } else if stands == step.to {
        Moved::Already
    } else {
        Moved::Elsewhere(stands)
    }
}

/// Sequences are counted up from 1 and never reach 2^63.
const fn signed(sequence: Sequence) -> i64 {
    sequence.0.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_that_did_not_move_tells_why() {
        let step = Step { from: Sequence(10), to: Sequence(15) };
        let at = |stands, epoch| judge(Sequence(stands), epoch, 3, step);
        assert_eq!(at(15, 3), Moved::Already);
        assert_eq!(at(16, 3), Moved::Fenced);
        assert_eq!(at(10, 4), Moved::Fenced);
        assert_eq!(at(4, 3), Moved::Elsewhere(Sequence(4)));
        assert_eq!(at(10, 2), Moved::Elsewhere(Sequence(10)));
    }
}
