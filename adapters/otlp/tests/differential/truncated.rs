//! Requests cut off at every byte.

use observatory_ports::Signal;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::compare::agree_on;
use super::generate::request_of;

/// Bytes cut one by one: each cut decodes the whole prefix, so the work is their square.
const BYTES_MAX: usize = 1500;
const REQUESTS: usize = 20;

/// Cuts so many requests of `signal`.
fn cut(signal: Signal) {
    let mut runner = TestRunner::deterministic();
    let (mut requests, mut cuts, mut accepted) = (0, 0, 0);
    while requests < REQUESTS {
        let body = request_of(signal).new_tree(&mut runner).unwrap().current();
        if !(200..BYTES_MAX).contains(&body.len()) {
            continue;
        }
        for end in 0..=body.len() {
            accepted += usize::from(agree_on(signal, &body[..end]));
            cuts += 1;
        }
        requests += 1;
    }
    // Both kinds occurred: whole groups are requests, and most cuts are not.
    assert!(accepted >= 2 * REQUESTS && accepted < cuts / 2, "{accepted} of {cuts}");
}

#[test]
fn a_request_of_traces_cut_at_any_byte_is_accepted_iff_prost_accepts_it() {
    cut(Signal::Traces);
}

#[test]
fn a_request_of_metrics_cut_at_any_byte_is_accepted_iff_prost_accepts_it() {
    cut(Signal::Metrics);
}

#[test]
fn a_request_of_logs_cut_at_any_byte_is_accepted_iff_prost_accepts_it() {
    cut(Signal::Logs);
}
