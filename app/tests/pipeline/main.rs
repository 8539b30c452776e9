//! The pipeline over a sink that fails by script. Time is paused: nothing here waits for real.

mod support;

use std::sync::Arc;
use std::time::Duration;

use observatory_ports::driving::{Ingest, IngestError};
use support::{Bench, Fault, request};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn a_request_is_answered_once_it_is_stored() {
    let bench = Bench::start(1, []).await;
    let accepted = bench.send(&[1, 2, 0, 3], MINUTE).await.unwrap();
    assert_eq!((accepted.records, accepted.refused.len()), (3, 1));
    assert_eq!(bench.stored(), [1, 2, 3]);
    let accounting = bench.shared.accounting();
    assert!(accounting.is_balanced());
    assert_eq!((accounting.received, accounting.stored, accounting.refused), (4, 3, 1));
}

#[tokio::test(start_paused = true)]
async fn an_empty_request_is_accepted_without_the_sink() {
    let bench = Bench::start(1, []).await;
    assert_eq!(bench.send(&[], MINUTE).await.unwrap().records, 0);
    assert_eq!(bench.sink.commits(), 0);
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_together_are_committed_together() {
    let bench = Bench::start(1, [Fault::Retry]).await;
    let sends = (20..40).map(|byte| bench.spawn(vec![byte], MINUTE));
    let answers = futures_util::future::join_all(sends.collect::<Vec<_>>()).await;
    assert!(answers.into_iter().all(|it| it.unwrap().is_ok()));
    assert_eq!(bench.stored().len(), 20);
    assert!(bench.sink.commits() < 20, "{} commits", bench.sink.commits());
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_is_not_seen_by_the_client() {
    let bench = Bench::start(1, [Fault::Retry, Fault::Retry, Fault::Retry]).await;
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [1]);
}

#[tokio::test(start_paused = true)]
async fn an_outage_hands_requests_back_and_ends_by_itself() {
    let bench = Bench::start(1, [Fault::Retry; 4]).await;
    let refused = bench.send(&[1], MINUTE).await.unwrap_err();
    assert!(matches!(refused, IngestError::Busy(_)), "{refused}");
    bench.until_ready().await;
    assert!(bench.send(&[2], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [2]);
    assert_eq!(bench.shared.accounting().returned, 1);
}

#[tokio::test(start_paused = true)]
async fn during_an_outage_nothing_is_admitted() {
    let bench = Bench::start_without_waiting(1, vec![Fault::Retry; 100]);
    let busy = bench.intake.admit().err().unwrap();
    assert_eq!(busy.reason, "the database is away");
    assert!(busy.retry_after >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_commit_in_doubt_that_was_stored_is_not_stored_again() {
    let bench = Bench::start(1, [Fault::InDoubtButStored { away: 0 }]).await;
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    assert!(bench.send(&[2], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_was_settled_late_leaves_the_lane_ready() {
    let bench = Bench::start(1, [Fault::InDoubtButStored { away: 3 }]).await;
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    tokio::time::timeout(MINUTE, bench.until_ready()).await.expect("the lane takes requests again");
    assert!(bench.send(&[2], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn clients_that_give_up_on_a_slow_database_do_not_hold_up_all_others() {
    // Two seconds for each request: the batch of eight takes sixteen, and two of them give up. All
    // the others at once would take twelve more, which is too long for any of them.
    let seconds = Duration::from_secs;
    let bench = Bench::start(1, [Fault::Retry, Fault::Slow(seconds(2))]).await;
    let first = bench.spawn(vec![1], MINUTE);
    bench.sink.until_commits(1).await;
    let sends: Vec<_> =
        [5, 5, 25, 25, 25, 25, 25, 25].map(|it| bench.spawn(vec![2], seconds(it))).into();
    let answers = futures_util::future::join_all(sends).await;
    let stored = answers.into_iter().filter(|it| it.as_ref().unwrap().is_ok()).count();
    assert!(first.await.unwrap().is_ok());
    assert_eq!((stored, bench.stored().len()), (3, 4));
    assert!(bench.shared.accounting().is_balanced());
}

#[tokio::test(start_paused = true)]
async fn a_database_too_slow_for_all_at_once_stores_as_much_as_it_can() {
    // Sixteen at once take 4.8 seconds, longer than any of them waits.
    let bench = Bench::start(1, [Fault::Slow(Duration::from_millis(300))]).await;
    for _ in 0..10 {
        let sends: Vec<_> = [Duration::from_secs(3); 16].map(|it| bench.spawn(vec![1], it)).into();
        futures_util::future::join_all(sends).await;
    }
    // Always all at once, it would store nothing at all.
    assert!(bench.stored().len() > 10, "{}", bench.stored().len());
}

#[tokio::test(start_paused = true)]
async fn a_commit_in_doubt_that_was_lost_is_repeated() {
    let bench = Bench::start(1, [Fault::InDoubtAndLost { away: 0 }]).await;
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_outlasts_its_client_stores_only_what_the_client_sends_again() {
    let bench = Bench::start(1, [Fault::InDoubtAndLost { away: 20 }]).await;
    let late = bench.send(&[1], Duration::from_secs(2)).await.unwrap_err();
    assert!(late.to_string().contains("outcome"), "{late}");
    bench.until_ready().await;
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [1], "stored beside the client's second attempt");
    let accounting = bench.shared.accounting();
    assert!(accounting.is_balanced() && accounting.returned == 1, "{accounting:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_due_by_its_deadline_also_in_doubt() {
    for seconds in [1, 2, 8] {
        let patience = Duration::from_secs(seconds);
        let bench = Bench::start(1, [Fault::InDoubtAndLost { away: 20 }]).await;
        let asked = tokio::time::Instant::now();
        assert!(bench.send(&[1], patience).await.is_err());
        assert!(asked.elapsed() <= patience + Duration::from_millis(2), "{:?}", asked.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_in_doubt_hands_its_queue_back() {
    let bench = Bench::start(1, [Fault::InDoubtAndLost { away: 1000 }]).await;
    let first = bench.spawn(vec![1], MINUTE);
    bench.sink.until_commits(1).await;
    // Admitted while the lane still counts as ready, so that it waits behind the doubt.
    let second = bench.spawn(vec![2], MINUTE * 100);
    let refused = second.await.unwrap().unwrap_err();
    assert!(matches!(refused, IngestError::Busy(_)), "{refused}");
    assert!(first.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn trouble_with_batches_is_told_until_one_is_stored() {
    let bench = Bench::start(1, [Fault::Retry; 4]).await;
    assert!(bench.send(&[1], MINUTE).await.is_err());
    bench.until_ready().await;
    assert!(bench.shared.trouble().is_some(), "a claim that works stores nothing");
    assert!(bench.send(&[2], MINUTE).await.is_ok());
    assert_eq!(bench.shared.trouble(), None);
}

#[tokio::test(start_paused = true)]
async fn only_the_poisonous_request_is_refused() {
    let bench = Bench::start(1, [Fault::Retry]).await;
    let sends = [vec![1], vec![13, 1], vec![2]].map(|body| bench.spawn(body, MINUTE));
    let answers = futures_util::future::join_all(sends).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(answers[1], Err(IngestError::Poison("13 is poison".to_owned())));
    assert_eq!(bench.stored(), [1, 2]);
    assert_eq!(bench.shared.accounting().poisoned, 2);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_missed_its_deadline_is_not_stored() {
    let bench = Bench::start(1, [Fault::Stall]).await;
    let late = bench.send(&[1], Duration::from_secs(2)).await.unwrap_err();
    assert!(late.to_string().contains("nothing was stored"), "{late}");
    assert!(bench.send(&[2], MINUTE * 100).await.is_ok());
    assert_eq!(bench.stored(), [2]);
    assert!(bench.shared.accounting().is_balanced());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_withdraws_its_request() {
    let bench = Bench::start(1, [Fault::Stall]).await;
    let gone = bench.spawn(vec![1], MINUTE * 100);
    bench.sink.until_commits(1).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert!(bench.send(&[2], MINUTE * 100).await.is_ok());
    assert_eq!(bench.stored(), [2]);
    assert_eq!(bench.shared.accounting().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_is_gone_says_nothing_that_could_be_a_lie() {
    for (fault, told) in [(Fault::StallInCommit, "outcome"), (Fault::Stall, "nothing was stored")] {
        let bench = Bench::start(1, [fault]).await;
        let sent = bench.spawn(vec![1], MINUTE);
        bench.sink.until_commits(1).await;
        bench.running.abort();
        let answer = sent.await.unwrap().unwrap_err();
        assert!(answer.to_string().contains(told), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_client_that_hangs_up_is_no_trouble_of_the_others() {
    let bench = Bench::start(1, [Fault::Slow(Duration::from_millis(100))]).await;
    let first = bench.spawn(vec![1], MINUTE);
    bench.sink.until_commits(1).await;
    let gone = bench.spawn(vec![2], Duration::from_millis(150));
    let others = [3, 4, 5].map(|byte| bench.spawn(vec![byte], MINUTE));
    assert!(first.await.unwrap().is_ok() && gone.await.unwrap().is_err());
    let answers = futures_util::future::join_all(others).await;
    assert!(answers.into_iter().all(|it| it.unwrap().is_ok()));
    assert_eq!((bench.stored(), bench.sink.commits()), (vec![1, 3, 4, 5], 3), "one copy again");
}

#[tokio::test(start_paused = true)]
async fn clients_that_hang_up_are_no_trouble_of_the_database() {
    let bench = Bench::start(1, [Fault::Slow(Duration::from_millis(100))]).await;
    for _ in 0..3 {
        assert!(bench.send(&[1], Duration::from_millis(50)).await.is_err());
        bench.shared.until_idle().await;
    }
    assert_eq!((bench.shared.trouble(), bench.sink.commits()), (None, 3));
    assert!(bench.stored().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_too_slow_for_its_clients_is_told() {
    let bench = Bench::start(1, [Fault::Slow(Duration::from_secs(5))]).await;
    assert!(bench.send(&[1], Duration::from_secs(3)).await.is_err());
    let told = async {
        while bench.shared.trouble().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(MINUTE, told).await.expect("it is told");
    assert!(bench.shared.trouble().unwrap().contains("slow"), "{:?}", bench.shared.trouble());
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    assert_eq!(bench.shared.trouble(), None);
}

#[tokio::test(start_paused = true)]
async fn memory_is_given_back_when_a_request_has_been_answered() {
    let bench = Bench::start(1, []).await;
    for _ in 0..100 {
        assert!(bench.send(&[5; 600], MINUTE).await.is_ok());
    }
    assert_eq!(bench.memory.bytes_used(), 0);
    let refused = bench.intake.admit();
    assert!(refused.is_ok());
}

#[tokio::test(start_paused = true)]
async fn draining_stores_what_was_accepted_and_then_ends() {
    let bench = Bench::start(2, [Fault::Retry]).await;
    let sends: Vec<_> = (1..=10).map(|byte| bench.spawn(vec![byte], MINUTE)).collect();
    tokio::task::yield_now().await;
    bench.shared.stop_intake();
    assert!(bench.intake.admit().is_err());
    let Bench { drain, running, sink, .. } = bench;
    drain.cancel();
    running.await.unwrap().unwrap();
    let answers = futures_util::future::join_all(sends).await;
    let stored = answers.into_iter().filter(|it| it.as_ref().unwrap().is_ok()).count();
    assert_eq!((stored, sink.inner.stored().len()), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_went_back_is_noticed_and_gone_on_with() {
    let bench = Bench::start(1, [Fault::RewindTo(0)]).await;
    assert!(bench.send(&[1], MINUTE).await.is_ok());
    assert!(bench.send(&[2], MINUTE).await.is_ok());
    assert!(bench.send(&[3], MINUTE).await.is_ok());
    assert_eq!(bench.stored(), [1, 2, 3]);
    assert_eq!(bench.shared.rewinds(), 1);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_refused_at_the_door() {
    let bench = Bench::start(1, []).await;
    let slots: Vec<_> = (0..support::REQUESTS_MAX).map(|_| bench.intake.admit()).collect();
    assert!(slots.iter().all(Result::is_ok));
    let busy = bench.intake.admit().err().unwrap();
    assert!(busy.reason.contains("OTLP_MAX_REQUESTS_IN_FLIGHT"));
    drop(slots);
    let slot = bench.intake.admit().unwrap();
    let deadline = std::time::Instant::now() + MINUTE;
    assert!(Arc::clone(&bench.intake).ingest(request(&[1]), slot, deadline).await.is_ok());
}
