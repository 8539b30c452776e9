//! Requests as a generated encoder writes them.

use proptest::prelude::*;

use super::compare::{ours_of, theirs_of};
use super::generate::any_request;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_prost_encodes_reads_the_same((signal, body) in any_request()) {
        prop_assert_eq!(ours_of(signal, &body).unwrap(), theirs_of(signal, &body).unwrap());
    }
}
