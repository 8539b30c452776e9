//! Requests as a generated encoder writes them.

use proptest::prelude::*;
use prost::Message;

use super::compare::{ours, theirs};
use super::generate::request;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_prost_encodes_reads_the_same(request in request()) {
        let body = request.encode_to_vec();
        let (ours, theirs) = (ours(&body).unwrap(), theirs(&body).unwrap());
        let spans = request.resource_spans.iter().flat_map(|it| &it.scope_spans);
        prop_assert_eq!(ours.len(), spans.map(|it| it.spans.len()).sum::<usize>());
        prop_assert_eq!(ours, theirs);
    }
}
