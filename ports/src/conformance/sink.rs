//! What every [`RecordSink`] that promises *exactly once* must do. Each check panics with what it
//! expected, like any test.
#![expect(clippy::panic, reason = "a check of a test kit fails by panicking")]

use async_trait::async_trait;
use observatory_domain::ids::{LaneId, Ordinal, Sequence};
use observatory_domain::intake::PolicySnapshot;
use observatory_domain::time::UnixNanos;

use crate::driven::{Claim, Committed, Entry, Intake, Position, RecordSink, SinkError};
use crate::{Request, Ticket};

/// A sink, and what the kit needs to know of it.
#[async_trait]
pub trait SinkUnderTest: Sync {
    /// The sink.
    fn sink(&self) -> &dyn RecordSink;

    /// A request with `good` records to store and `bad` ones to refuse; different at each call.
    fn request(&self, good: usize, bad: usize) -> Request;

    /// When the requests are received.
    fn now(&self) -> UnixNanos;

    /// A lane that was never claimed.
    fn lane(&self) -> LaneId;

    /// How many records the sink holds.
    async fn stored(&self) -> u64;
}

/// Runs every check.
pub async fn all(test: &dyn SinkUnderTest) {
    a_new_lane_starts_before_its_first_entry(test).await;
    a_batch_is_stored_with_its_checkpoint(test).await;
    commit_twice_applies_once(test).await;
    an_entry_without_records_moves_the_checkpoint(test).await;
    a_newer_claim_fences_the_older(test).await;
    a_withdrawn_entry_keeps_its_batch_out(test).await;
    a_gap_is_not_skipped(test).await;
    preparing_twice_gives_the_same(test);
}

async fn a_new_lane_starts_before_its_first_entry(test: &dyn SinkUnderTest) {
    let (_claim, checkpoint) = claim(test, test.lane()).await;
    assert_eq!(checkpoint, Sequence(0), "a new lane's checkpoint");
}

async fn a_batch_is_stored_with_its_checkpoint(test: &dyn SinkUnderTest) {
    let (lane, before) = (test.lane(), test.stored().await);
    let (mut writer, _) = claim(test, lane).await;
    let batch = [entry(test, lane, 1, 3), entry(test, lane, 2, 4)];
    let committed = good(test.sink().commit(&mut writer, &batch).await);
    assert_eq!(committed, Committed { checkpoint: Sequence(2), rows: 7 });
    assert_eq!(test.stored().await - before, 7, "records stored");
    let (_claim, checkpoint) = claim(test, lane).await;
    assert_eq!(checkpoint, Sequence(2), "the checkpoint that a claim tells");
}

async fn commit_twice_applies_once(test: &dyn SinkUnderTest) {
    let (lane, before) = (test.lane(), test.stored().await);
    let (mut writer, _) = claim(test, lane).await;
    let batch = [entry(test, lane, 1, 5)];
    good(test.sink().commit(&mut writer, &batch).await);
    let again = good(test.sink().commit(&mut writer, &batch).await);
    assert_eq!(again, Committed { checkpoint: Sequence(1), rows: 0 });
    assert_eq!(test.stored().await - before, 5, "records stored");
}

async fn an_entry_without_records_moves_the_checkpoint(test: &dyn SinkUnderTest) {
    let lane = test.lane();
    let (mut writer, _) = claim(test, lane).await;
    let committed = good(test.sink().commit(&mut writer, &[entry(test, lane, 1, 0)]).await);
    assert_eq!(committed, Committed { checkpoint: Sequence(1), rows: 0 });
}

async fn a_newer_claim_fences_the_older(test: &dyn SinkUnderTest) {
    let (lane, before) = (test.lane(), test.stored().await);
    let (mut older, _) = claim(test, lane).await;
    let (mut newer, _) = claim(test, lane).await;
    // An older writer is told so, or finds its connection gone: it must only not store, however
    // often it tries, nor disturb the newer.
    for _ in 0..2 {
        let refused = test.sink().commit(&mut older, &[entry(test, lane, 1, 2)]).await;
        assert!(refused.is_err(), "an older writer stored something");
    }
    assert_eq!(test.stored().await, before, "records stored by a fenced writer");
    good(test.sink().commit(&mut newer, &[entry(test, lane, 1, 2)]).await);
    assert_eq!(test.stored().await - before, 2, "records stored by the newer writer");
}

async fn a_withdrawn_entry_keeps_its_batch_out(test: &dyn SinkUnderTest) {
    let (lane, before) = (test.lane(), test.stored().await);
    let (mut writer, _) = claim(test, lane).await;
    let batch = [entry(test, lane, 1, 2), entry(test, lane, 2, 2)];
    assert!(batch.last().is_some_and(|it| it.ticket.withdraw()));
    let refused = test.sink().commit(&mut writer, &batch).await;
    assert!(matches!(refused, Err(SinkError::Withdrawn)), "{refused:?}");
    assert_eq!(test.stored().await, before, "records of a batch with a withdrawn entry");
    let kept = batch.first().map(|it| it.ticket.clone()).unwrap_or_default();
    assert!(kept.withdraw(), "the others may still withdraw");
    good(test.sink().commit(&mut writer, &[entry(test, lane, 1, 2)]).await);
    assert_eq!(test.stored().await - before, 2, "the claim stays good");
}

async fn a_gap_is_not_skipped(test: &dyn SinkUnderTest) {
    let (lane, before) = (test.lane(), test.stored().await);
    let (mut writer, _) = claim(test, lane).await;
    let refused = test.sink().commit(&mut writer, &[entry(test, lane, 5, 2)]).await;
    assert!(matches!(refused, Err(SinkError::Rewound { to: Sequence(0) })), "{refused:?}");
    assert_eq!(test.stored().await, before, "records stored beyond a gap");
}

fn preparing_twice_gives_the_same(test: &dyn SinkUnderTest) {
    let request = test.request(3, 2);
    let prepare = |refused| {
        let policy = policy();
        let intake = Intake { received_at: test.now(), refused, policy: &policy };
        good(test.sink().prepare(&request, &intake))
    };
    let ((first, refused), (second, again)) = (prepare(None), prepare(None));
    assert_eq!((first.footprint().records, refused.len()), (3, 2));
    assert_eq!((second.footprint().records, &again), (3, &refused));
    let (replayed, still) = prepare(Some(&refused));
    assert_eq!(replayed.footprint().records, 3, "records of a replay");
    let ordinals = |set: &observatory_domain::intake::RecordSet| -> Vec<Ordinal> {
        set.iter().map(|(ordinal, _)| ordinal).collect()
    };
    assert_eq!(ordinals(&still), ordinals(&refused), "a replay refuses the same");
}

fn policy() -> PolicySnapshot {
    let day = std::time::Duration::from_hours(24);
    PolicySnapshot {
        future_max: day,
        age_max: day,
        attributes_max: 100,
        attribute_bytes_max: 1 << 20,
    }
}

/// An entry of so many records, for checks that only one sink needs.
pub fn entry(test: &dyn SinkUnderTest, lane: LaneId, sequence: u64, records: usize) -> Entry {
    let request = test.request(records, 0);
    let policy = policy();
    let intake = Intake { received_at: test.now(), refused: None, policy: &policy };
    let (prepared, _refused) = good(test.sink().prepare(&request, &intake));
    let position = Position { lane, sequence: Sequence(sequence) };
    Entry { position, request, received_at: test.now(), prepared, ticket: Ticket::default() }
}

async fn claim(test: &dyn SinkUnderTest, lane: LaneId) -> (Claim, Sequence) {
    good(test.sink().claim(lane).await)
}

fn good<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("expected success, found {error:?}"),
    }
}
