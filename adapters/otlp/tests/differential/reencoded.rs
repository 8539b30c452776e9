//! Requests as another encoder could write them.

use observatory_ports::Signal;
use proptest::prelude::*;

use super::compare::{agree, agree_on, ours, ours_of, theirs_of};
use super::generate::any_request;
use super::model::{Data, Span, What};
use super::reencode::{Meaning, reencode};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_encoding_of_the_same_meaning_reads_the_same(
        (signal, canonical) in any_request(),
        seed: u64,
    ) {
        let body = reencode(signal, &canonical, seed, Meaning::Kept);
        let read = ours_of(signal, &body).unwrap();
        prop_assert_eq!(&read, &theirs_of(signal, &body).unwrap());
        prop_assert_eq!(read, theirs_of(signal, &canonical).unwrap());
    }

    #[test]
    fn an_encoding_of_another_meaning_reads_as_prost_reads_it(
        (signal, canonical) in any_request(),
        seed: u64,
    ) {
        prop_assert!(agree_on(signal, &reencode(signal, &canonical, seed, Meaning::Free)));
    }
}

/// The bytes of a message's field: tag, length, content.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    assert!(number < 16 && content.len() < 128);
    [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
}

/// A span with these fields, as both read it.
fn one(span: &[u8]) -> Span {
    let body = field(1, &field(2, &field(2, span)));
    assert!(agree(&body));
    let What::Span(span) = ours(&body).unwrap().remove(0).what else { panic!("a span") };
    span
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
        one(&field(9, &parts)).attributes.remove(0).1
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
    assert_eq!(one(&span).kind, 3);
    let span = [0x50, 0x81, 0x80, 0x80, 0x80, 0x80, 0x01];
    assert_eq!(one(&span).dropped_attributes_count, 1);
}

#[test]
fn data_of_one_kind_joins_and_data_of_another_kind_starts_anew() {
    let point = |value: u8| field(1, &[0x31, value, 0, 0, 0, 0, 0, 0, 0]);
    let values = |metric: &[Vec<u8>]| {
        let body = field(1, &field(2, &field(2, &metric.concat())));
        assert!(agree_on(Signal::Metrics, &body));
        let read = ours_of(Signal::Metrics, &body).unwrap();
        let value = |it| match it {
            What::Point(point) => match point.data {
                Data::Number(Some(super::model::Number::Int(value))) => (point.metric.kind, value),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        read.into_iter().map(|it| value(it.what)).collect::<Vec<_>>()
    };
    let (gauge, sum) = (|value| field(5, &point(value)), |value| field(7, &point(value)));
    assert_eq!(values(&[gauge(1), gauge(2)]), [("gauge", 1), ("gauge", 2)]);
    assert_eq!(values(&[gauge(1), sum(2), sum(3)]), [("sum", 2), ("sum", 3)]);
    assert_eq!(values(&[gauge(1), sum(2), gauge(3)]), [("gauge", 3)]);
    assert_eq!(values(&[gauge(1), field(7, &[])]), []);
}
