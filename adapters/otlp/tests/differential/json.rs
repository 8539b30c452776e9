//! OTLP/JSON says what its protobuf says, in whatever way it is written; and what is wrong is named.

use observatory_otlp::inner::{json_to_protobuf, protobuf_to_json};
use observatory_ports::Signal;
use proptest::prelude::*;

use super::compare::{ours_of, theirs_of};
use super::generate::any_request;
use super::model::{Record, What};
use super::one_nan::one_nan;
use super::to_json::to_json;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn json_reads_as_the_protobuf_it_stands_for((signal, body) in any_request(), seed: u64) {
        let json = to_json(signal, &body, seed);
        let converted = json_to_protobuf(signal, &json).unwrap();
        let read = one_nan(ours_of(signal, &converted).unwrap());
        prop_assert_eq!(&read, &one_nan(theirs_of(signal, &converted).unwrap()));
        prop_assert_eq!(read, one_nan(theirs_of(signal, &body).unwrap()));
    }

    #[test]
    fn what_is_written_as_json_reads_as_the_protobuf_it_was((signal, body) in any_request()) {
        let json = protobuf_to_json(signal, &body).unwrap();
        prop_assert!(!json.contains(&b'\n'), "one line");
        let back = json_to_protobuf(signal, &json).unwrap();
        // The model shows records alone; that the JSON comes back the same covers the rest.
        prop_assert_eq!(one_nan(theirs_of(signal, &back).unwrap()), one_nan(theirs_of(signal, &body).unwrap()));
        prop_assert_eq!(protobuf_to_json(signal, &back).unwrap(), json);
    }

    #[test]
    fn json_cut_off_anywhere_is_refused((signal, body) in any_request(), at: prop::sample::Index) {
        let json = to_json(signal, &body, 0);
        prop_assert!(json_to_protobuf(signal, &json[..at.index(json.len())]).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}:,\"a-z0-9.eE+\\\\ -]{0,80}") {
        for signal in Signal::ALL {
            if let Ok(converted) = json_to_protobuf(signal, text.as_bytes()) {
                prop_assert!(ours_of(signal, &converted).is_ok());
            }
        }
    }
}

/// A request of one span with these members.
fn span(members: &str) -> Result<Vec<Record>, String> {
    let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{members}}}]}}]}}]}}"#);
    json_to_protobuf(Signal::Traces, json.as_bytes())
        .map(|converted| ours_of(Signal::Traces, &converted).unwrap())
}

#[test]
fn what_is_wrong_is_named_with_its_value_and_what_is_expected() {
    for (members, told) in [
        (
            r#""traceId":"W47/95gDgQPSabYzgT/GDA==""#,
            "traceId: \"W47/95gDgQPSabYzgT/GDA==\" is not valid: hex",
        ),
        (r#""spanId":"abc""#, "spanId: \"abc\" is not valid: hex"),
        (r#""kind":"SPAN_KIND_SERVER""#, "kind: \"SPAN_KIND_SERVER\" is not valid: a number"),
        (r#""startTimeUnixNano":"yesterday""#, "startTimeUnixNano: \"yesterday\""),
        (r#""startTimeUnixNano":-1"#, "startTimeUnixNano: -1 is not valid"),
        (r#""startTimeUnixNano":18446744073709551616"#, "startTimeUnixNano: "),
        (r#""startTimeUnixNano":1.5"#, "startTimeUnixNano: 1.5"),
        (r#""droppedAttributesCount":4294967296"#, "droppedAttributesCount: 4294967296"),
        (r#""name":7"#, "name: 7 is not valid: a text"),
        (r#""name":{}"#, "name: an object is not valid"),
        (r#""name":["x"]"#, "name: a list is not valid"),
        (r#""status":"ok""#, "status: \"ok\" is not valid: an object"),
        (r#""attributes":{}"#, "attributes as a list"),
        (r#""attributes":[{"key":"k","value":{"boolValue":"true"}}]"#, "boolValue: \"true\""),
        (r#""attributes":[{"key":"k","value":{"bytesValue":"%"}}]"#, "bytesValue: \"%\""),
        (r#""attributes":[{"key":"k","value":{"doubleValue":"inf"}}]"#, "doubleValue: \"inf\""),
        (r#""name":"a" "kind":1"#, "expected `,` or `}`"),
    ] {
        let refused = span(members).unwrap_err();
        assert!(refused.contains(told), "{refused}");
        assert!(refused.contains("line 1 column"), "{refused}");
    }
}

#[test]
fn whole_doubles_and_texts_are_integers_and_null_is_absent() {
    let read = span(
        r#""startTimeUnixNano":1e3,"kind":2.0,"endTimeUnixNano":"18446744073709551615",
           "name":null,"attributes":null,"status":null,"traceId":"","flags":null"#,
    );
    let What::Span(span) = read.unwrap().remove(0).what else { panic!("a span") };
    assert_eq!((span.start, span.kind, span.end), (1000, 2, u64::MAX));
    assert_eq!((span.name.as_str(), span.status, span.trace_id), ("", None, Vec::new()));
}

#[test]
fn a_request_of_another_signal_is_told_so() {
    let logs = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}"#;
    let refused = json_to_protobuf(Signal::Traces, logs).unwrap_err();
    assert!(
        refused.contains("\"resourceLogs\" is not known here: resourceSpans is expected"),
        "{refused}"
    );
    let snake = json_to_protobuf(Signal::Traces, br#"{"resource_spans":[]}"#).unwrap_err();
    assert!(snake.contains("resourceSpans is expected"), "{snake}");
    assert_eq!(json_to_protobuf(Signal::Logs, b"{}"), Ok(Vec::new()));
    let newer = json_to_protobuf(Signal::Traces, br#"{"resourceSpans":[],"newer":1}"#);
    assert_eq!(newer, Ok(Vec::new()));
}

#[test]
fn nesting_is_bounded_in_what_is_known_and_in_what_is_not() {
    let nested = |levels: usize| {
        let open = r#"{"arrayValue":{"values":["#.repeat(levels);
        let close = "]}}".repeat(levels);
        span(&format!(r#""attributes":[{{"key":"k","value":{open}{{}}{close}}}]"#))
    };
    // As deep as protobuf may be (`limits`).
    assert!(nested(47).is_ok());
    assert!(nested(60).unwrap_err().contains("100 levels"));
    assert!(nested(100_000).unwrap_err().contains("100 levels"));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let unknown = |levels: usize| {
            span(&format!(r#""unknown":{}1{}"#, open.repeat(levels), close.repeat(levels)))
        };
        assert!(unknown(100).is_ok());
        assert!(unknown(100_000).unwrap_err().contains("100 levels"));
    }
}

#[test]
fn what_is_no_utf_8_or_has_something_behind_it_is_refused() {
    let bad = b"{\"resourceSpans\":[{\"schemaUrl\":\"\xff\"}]}";
    assert!(json_to_protobuf(Signal::Traces, bad).is_err());
    assert!(json_to_protobuf(Signal::Traces, b"{} {}").is_err());
    assert!(json_to_protobuf(Signal::Traces, b"").is_err());
    assert!(json_to_protobuf(Signal::Traces, b"[]").is_err());
}
