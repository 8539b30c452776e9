//! Requests as another encoder could write them.

use proptest::prelude::*;
use prost::Message;

use super::compare::{agree, ours, theirs};
use super::generate::request;
use super::model::Record;
use super::reencode::{Meaning, reencode};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_encoding_of_the_same_meaning_reads_the_same(request in request(), seed: u64) {
        let canonical = request.encode_to_vec();
        let body = reencode(&canonical, seed, Meaning::Kept);
        let read = ours(&body).unwrap();
        prop_assert_eq!(&read, &theirs(&body).unwrap());
        prop_assert_eq!(read, theirs(&canonical).unwrap());
    }

    #[test]
    fn an_encoding_of_another_meaning_reads_as_prost_reads_it(request in request(), seed: u64) {
        prop_assert!(agree(&reencode(&request.encode_to_vec(), seed, Meaning::Free)));
    }
}

/// The bytes of a message's field: tag, length, content.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    assert!(number < 16 && content.len() < 128);
    [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
}

/// A request of one span with these fields.
fn one(span: &[u8]) -> Record {
    let body = field(1, &field(2, &field(2, span)));
    assert!(agree(&body));
    ours(&body).unwrap().remove(0)
}

#[test]
fn split_lists_are_joined_and_another_kind_of_value_starts_anew() {
    use super::model::Content::{List, Map, Text};
    let text = |it: &str| field(1, it.as_bytes());
    let list = |items: &[&str]| {
        field(5, &items.iter().flat_map(|it| field(1, &text(it))).collect::<Vec<_>>())
    };
    let value = |parts: &[Vec<u8>]| {
        let parts: Vec<u8> = parts.iter().flat_map(|it| field(2, it)).collect();
        one(&field(9, &parts)).span.attributes.remove(0).1
    };
    let texts = |items: &[&str]| List(items.iter().map(|it| Text((*it).to_owned())).collect());
    assert_eq!(value(&[list(&["a"]), list(&["b", "c"])]), texts(&["a", "b", "c"]));
    assert_eq!(value(&[list(&["a"]), list(&[])]), texts(&["a"]));
    assert_eq!(value(&[list(&["a"]), text("x"), list(&["b"])]), texts(&["b"]));
    assert_eq!(value(&[list(&["a"]), field(6, &[])]), Map(Vec::new()));
    assert_eq!(value(&[field(6, &[]), list(&["a"])]), texts(&["a"]));
    assert_eq!(value(&[text("x"), Vec::new()]), Text("x".to_owned()));
}

#[test]
fn a_number_longer_than_its_type_is_cut() {
    // kind = 2^32 + 3, as ten bytes; dropped_attributes_count = 2^35 + 1.
    let span = [0x30, 0x83, 0x80, 0x80, 0x80, 0x90, 0x80, 0x80, 0x80, 0x80, 0x00];
    assert_eq!(one(&span).span.kind, 3);
    let span = [0x50, 0x81, 0x80, 0x80, 0x80, 0x80, 0x01];
    assert_eq!(one(&span).span.dropped_attributes_count, 1);
}
