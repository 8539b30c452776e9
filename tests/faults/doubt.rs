//! The wire to the database breaks at COMMIT: before the database has it, or with its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use observatory_tests::database::TestDatabase;
use observatory_tests::proxy::{Fate, Proxy};
use observatory_tests::service::{Start, until};

use crate::{Load, everything_acknowledged_is_there_once, stored};

/// One COMMIT of so many breaks: one time this way, the next time that way.
const ONE_OF: u64 = 5;
/// How many break.
const BREAKS: u64 = 20;

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_stored_once_and_acknowledged() {
    let database = TestDatabase::create_migrated().await;
    let commits = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&commits);
    let judge = move |kind: u8, body: &[u8]| {
        if kind != b'Q' || body != b"COMMIT\0" {
            return Fate::Passed;
        }
        let number = seen.fetch_add(1, Ordering::Relaxed);
        match (number % ONE_OF, number / ONE_OF) {
            (0, times) if times >= BREAKS => Fate::Passed,
            (0, times) if times % 2 == 0 => Fate::Unanswered,
            (0, _) => Fate::Lost,
            _ => Fate::Passed,
        }
    };
    let proxy = Proxy::start(database.url(), 0, judge).await;
    let service = Start::into_database(&proxy.url).ready().await;
    let load = Load::start(service.address("grpc"), 4);
    until("every break was made", async || commits.load(Ordering::Relaxed) > ONE_OF * BREAKS).await;
    let refused = Arc::clone(&load.refused);
    let acknowledged = load.end().await;
    everything_acknowledged_is_there_once(database.url(), &acknowledged).await;
    assert_eq!(stored(database.url()).await.len(), acknowledged.len(), "stored, and not told");
    assert_eq!(
        refused.load(Ordering::Relaxed),
        0,
        "the doubt was settled, so nobody had to come back"
    );
    let settled = |how: &str| {
        let log = service.log();
        let lines = log.lines().filter(|it| it.contains("the doubt is settled"));
        lines.filter(|it| it.contains(how)).count()
    };
    let both = || (settled("\"stored\":true"), settled("\"stored\":false"));
    // The log is read by another task.
    until("every doubt is told", async || both() == (10, 10)).await;
}
