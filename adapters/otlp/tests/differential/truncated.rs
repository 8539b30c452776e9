//! Requests cut off at every byte.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use prost::Message;

use super::compare::agree;
use super::generate::request;

/// Bytes cut one by one: each cut decodes the whole prefix, so the work is their square.
const BYTES_MAX: usize = 1500;
const REQUESTS: usize = 20;

#[test]
fn a_request_cut_at_any_byte_is_accepted_iff_prost_accepts_it() {
    let mut runner = TestRunner::deterministic();
    let (mut requests, mut cuts, mut accepted) = (0, 0, 0);
    while requests < REQUESTS {
        let body = request().new_tree(&mut runner).unwrap().current().encode_to_vec();
        if !(200..BYTES_MAX).contains(&body.len()) {
            continue;
        }
        for end in 0..=body.len() {
            accepted += usize::from(agree(&body[..end]));
            cuts += 1;
        }
        requests += 1;
    }
    // Both kinds occurred: whole groups are requests, and most cuts are not.
    assert!(accepted >= 2 * REQUESTS && accepted < cuts / 2, "{accepted} of {cuts}");
}
