//! Requests with some bytes changed, removed, added or repeated.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use observatory_ports::Signal;

use super::compare::agree_on;
use super::generate::any_request;

/// What happens at some place.
#[derive(Clone, Debug)]
enum Change {
    Flip(u8),
    Set(u8),
    Insert(u8),
    Remove(usize),
    Repeat(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..8_u8).prop_map(|bit| Change::Flip(1 << bit)),
        any::<u8>().prop_map(Change::Set),
        any::<u8>().prop_map(Change::Insert),
        (1..9_usize).prop_map(Change::Remove),
        (1..30_usize).prop_map(Change::Repeat),
    ]
}

fn apply(body: &mut Vec<u8>, at: usize, change: &Change) {
    let end = |length: usize| (at + length).min(body.len());
    match *change {
        Change::Flip(bits) => body[at] ^= bits,
        Change::Set(byte) => body[at] = byte,
        Change::Insert(byte) => body.insert(at, byte),
        Change::Remove(length) => drop(body.drain(at..end(length))),
        Change::Repeat(length) => {
            let part = body[at..end(length)].to_vec();
            body.splice(at..at, part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn a_mutated_request_is_read_as_prost_reads_it(
        (signal, whole) in any_request(),
        changes in vec(vec((any::<Index>(), change()), 1..4), 20),
    ) {
        for changes in changes {
            let mut body = whole.clone();
            for (at, change) in changes {
                if !body.is_empty() {
                    let at = at.index(body.len());
                    apply(&mut body, at, &change);
                }
            }
            agree_on(signal, &body);
        }
    }

    #[test]
    fn any_bytes_are_read_as_prost_reads_them(body in vec(any::<u8>(), 0..200)) {
        for signal in Signal::ALL {
            agree_on(signal, &body);
        }
    }
}
