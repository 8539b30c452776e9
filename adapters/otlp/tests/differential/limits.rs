//! Where a request is refused although its bytes are protobuf: depth and number of values.

use observatory_ports::Signal;

use super::compare::{agree, ours, ours_of};

/// Appends a field of `content` to nothing: tag, length, content.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend_from_slice(content);
    bytes
}

/// A request whose only span has these fields.
fn request(span: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, span)))
}

/// An attribute whose `AnyValue` has these fields.
fn attribute(value: &[u8]) -> Vec<u8> {
    field(9, &field(2, value))
}

/// `levels` lists, each in the one before.
fn nested(levels: usize) -> Vec<u8> {
    attribute(&(0..levels).fold(Vec::new(), |inside, _| field(5, &field(1, &inside))))
}

fn refused(body: &[u8], reason: &str) {
    let refused = ours(body).map(|it| it.len()).expect_err("refused");
    assert!(refused.reason.contains(reason), "{refused}");
    assert!(refused.offset <= body.len());
}

#[test]
fn nesting_ends_where_prost_ends_it() {
    let accepted = (0..120).filter(|levels| agree(&request(&nested(*levels)))).count();
    // Request, two groups, span and attribute leave 95 of 100 levels; a list takes two.
    assert_eq!(accepted, 48);
    refused(&request(&nested(200)), "100 levels");
}

#[test]
fn nesting_without_end_is_refused_without_a_deep_stack() {
    let groups: Vec<u8> = [0xa3, 0x06].repeat(1_000_000);
    refused(&groups, "100 levels");
    let lists = request(&nested(2000));
    refused(&lists, "100 levels");
}

#[test]
fn groups_nest_as_deep_as_prost_lets_them() {
    let accepted = (0..120)
        .filter(|levels| {
            let body = [[0xa3, 0x06], [0xa4, 0x06]].map(|it| it.repeat(*levels)).concat();
            agree(&body) && agree(&request(&body)) == (*levels <= 97)
        })
        .count();
    assert_eq!(accepted, 101);
}

#[test]
fn a_record_has_a_bound_of_values() {
    let empty = field(1, &[]);
    let list = |items: usize| request(&attribute(&field(5, &empty.repeat(items))));
    assert_eq!(ours(&list(262_000)).unwrap().len(), 1);
    refused(&list(263_000), "more than 262144 values");
    // Attributes, events and links count alike, and a span's count ends with the span.
    for number in [9, 11, 13] {
        refused(&request(&field(number, &[]).repeat(263_000)), "more than 262144 values");
        let span = field(2, &field(number, &[]).repeat(200_000));
        assert_eq!(ours(&field(1, &field(2, &span.repeat(2)))).unwrap().len(), 2);
    }
}

#[test]
fn a_resource_and_a_scope_have_a_bound_of_values() {
    let attributes = field(1, &[]).repeat(263_000);
    refused(&field(1, &field(1, &attributes)), "more than 262144 values");
    let attributes = field(3, &[]).repeat(263_000);
    refused(&field(1, &field(2, &field(1, &attributes))), "more than 262144 values");
}

/// Each occurrence of a list copies what the earlier ones left. Uncounted, half a megabyte of
/// values and two bytes for each copy of them filled gigabytes.
#[test]
fn joining_the_parts_of_a_list_counts_what_is_copied() {
    for number in [5, 6] {
        let whole = field(number, &field(1, &[]).repeat(100_000));
        let parts = [whole, field(number, &[]).repeat(1000)].concat();
        refused(&request(&attribute(&parts)), "more than 262144 values");
    }
}

/// Two bytes each, and each took room for four values.
#[test]
fn empty_parts_of_lists_count() {
    for parts in [field(5, &[]), field(6, &[]), [field(5, &[]), field(6, &[])].concat()] {
        refused(&request(&attribute(&parts.repeat(263_000))), "more than 262144 values");
    }
}

/// Two bytes each on the wire, sixteen in memory.
#[test]
fn parts_of_a_resource_or_scope_count() {
    let parts = field(1, &[]).repeat(263_000);
    refused(&field(1, &parts), "more than 262144 values");
    refused(&field(1, &field(2, &parts)), "more than 262144 values");
}

#[test]
fn a_request_has_a_bound_of_records() {
    const MAX: usize = 1 << 19;
    let spans = |count| field(1, &field(2, &field(2, &[]).repeat(count)));
    assert_eq!(ours(&spans(MAX)).map(|it| it.len()).ok(), Some(MAX));
    refused(&spans(MAX + 1), "524288 records");
}

/// Two bytes a part; once each marked all parts before it.
#[test]
fn data_that_changes_its_kind_again_and_again_takes_linear_time() {
    let metric = [field(5, &[]), field(7, &[])].concat().repeat(100_000);
    let body = field(1, &field(2, &field(2, &metric)));
    assert_eq!(ours_of(Signal::Metrics, &body).map(|it| it.len()).ok(), Some(0));
    let more = field(1, &field(2, &field(2, &field(5, &[]).repeat(263_000))));
    let refused = ours_of(Signal::Metrics, &more).map(|it| it.len()).expect_err("refused");
    assert!(refused.reason.contains("more than 262144 values"), "{refused}");
}

#[test]
fn buckets_and_their_bounds_count() {
    let packed = |number: u8, bytes: usize, count: usize| field(number, &vec![0; bytes * count]);
    let histogram = |point: &[u8]| field(1, &field(2, &field(2, &field(9, &field(1, point)))));
    let exponential = |point: &[u8]| field(1, &field(2, &field(2, &field(10, &field(1, point)))));
    for body in [
        histogram(&packed(6, 8, 263_000)),
        histogram(&packed(7, 8, 263_000)),
        exponential(&field(8, &packed(2, 1, 263_000))),
        exponential(&[field(8, &packed(2, 1, 100_000)), field(8, &[]).repeat(2)].concat()),
    ] {
        let refused = ours_of(Signal::Metrics, &body).map(|it| it.len()).expect_err("refused");
        assert!(refused.reason.contains("more than 262144 values"), "{refused}");
    }
}
