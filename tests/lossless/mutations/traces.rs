//! Changes to a span, and to what all signals share.

use observatory_ports::Signal::Traces;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest as Request;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::{attribute, attributes, different, resource, same, scope};

/// Two spans, the second without what is optional.
fn whole() -> Request {
    let event = |name: &str| Event {
        time_unix_nano: 7,
        name: name.to_owned(),
        attributes: attributes(),
        dropped_attributes_count: 1,
    };
    let link = Link {
        trace_id: vec![9; 16],
        span_id: vec![9; 8],
        trace_state: "l=1".to_owned(),
        attributes: attributes(),
        dropped_attributes_count: 1,
        flags: 1,
    };
    let span = Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        trace_state: "s=1".to_owned(),
        parent_span_id: vec![3; 8],
        flags: 257,
        name: "span".to_owned(),
        kind: 2,
        start_time_unix_nano: 1_000_000_001,
        end_time_unix_nano: 2_000_000_002,
        attributes: attributes(),
        dropped_attributes_count: 1,
        events: vec![event("first"), event("second")],
        dropped_events_count: 2,
        links: vec![link],
        dropped_links_count: 3,
        status: Some(Status { message: "bad".to_owned(), code: 2 }),
    };
    let bare = Span { trace_id: vec![1; 16], span_id: vec![4; 8], ..Span::default() };
    let scope_spans = ScopeSpans {
        scope: Some(scope()),
        spans: vec![span, bare],
        schema_url: "https://scope".to_owned(),
    };
    let empty = ResourceSpans {
        scope_spans: vec![ScopeSpans {
            spans: vec![Span { span_id: vec![5; 8], ..Span::default() }],
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    };
    let full = ResourceSpans {
        resource: Some(resource()),
        scope_spans: vec![scope_spans],
        schema_url: "https://resource".to_owned(),
    };
    Request { resource_spans: vec![full, empty] }
}

fn group(request: &mut Request) -> &mut ResourceSpans {
    &mut request.resource_spans[0]
}

fn spans(request: &mut Request) -> &mut Vec<Span> {
    &mut group(request).scope_spans[0].spans
}

fn span(request: &mut Request) -> &mut Span {
    &mut spans(request)[0]
}

fn set(request: &mut Request, place: usize, value: Value) {
    span(request).attributes[place].value.as_mut().unwrap().value = Some(value);
}

different! { Traces, whole,
    a_span_is_lost: |it| drop(spans(it).pop());
    a_span_is_there_twice: |it| { let again = span(it).clone(); spans(it).push(again) };
    a_span_moves_to_another_resource: |it| {
        let moved = spans(it).pop().unwrap();
        it.resource_spans[1].scope_spans[0].spans.push(moved);
    };
    a_nanosecond_is_lost_at_the_start: |it| span(it).start_time_unix_nano -= 1;
    a_nanosecond_is_lost_at_the_end: |it| span(it).end_time_unix_nano -= 2;
    the_parent_is_lost: |it| span(it).parent_span_id.clear();
    an_id_has_another_byte: |it| span(it).trace_id[15] = 0;
    the_trace_state_is_lost: |it| span(it).trace_state.clear();
    the_flags_lose_a_high_bit: |it| span(it).flags = 1;
    the_kind_changes: |it| span(it).kind = 3;
    a_status_of_nothing_appears: |it| spans(it)[1].status = Some(Status::default());
    the_status_message_is_lost: |it| span(it).status.as_mut().unwrap().message.clear();
    the_dropped_attributes_are_lost: |it| span(it).dropped_attributes_count = 0;
    the_dropped_events_and_links_change_places: |it| {
        let span = span(it);
        std::mem::swap(&mut span.dropped_events_count, &mut span.dropped_links_count);
    };
    events_change_places: |it| span(it).events.swap(0, 1);
    an_events_attribute_is_lost: |it| drop(span(it).events[0].attributes.pop());
    an_events_time_changes: |it| span(it).events[1].time_unix_nano = 8;
    a_links_flags_are_lost: |it| span(it).links[0].flags = 0;
    a_links_trace_state_is_lost: |it| span(it).links[0].trace_state.clear();
    an_integer_becomes_a_double: |it| set(it, 1, Value::DoubleValue(5.0));
    an_integer_becomes_a_text: |it| set(it, 1, Value::StringValue("5".to_owned()));
    zero_becomes_minus_zero: |it| set(it, 2, Value::DoubleValue(-0.0));
    a_double_has_another_last_bit: |it| set(it, 2, Value::DoubleValue(f64::from_bits(1)));
    bytes_become_base64: |it| set(it, 3, Value::StringValue("AQI=".to_owned()));
    an_empty_value_becomes_an_absent_one: |it| span(it).attributes[6].value = None;
    an_empty_value_becomes_an_empty_text: |it| set(it, 6, Value::StringValue(String::new()));
    an_attribute_is_renamed: |it| span(it).attributes[0].key.push('2');
    an_attribute_that_is_there_twice_is_there_once: |it| drop(span(it).attributes.pop());
    attributes_of_one_key_change_places: |it| span(it).attributes.swap(7, 8);
    a_lists_items_change_places: |it| {
        let value = span(it).attributes[4].value.as_mut().unwrap();
        let Some(Value::ArrayValue(list)) = &mut value.value else { panic!() };
        list.values.reverse();
    };
    a_maps_member_is_lost: |it| {
        let value = span(it).attributes[5].value.as_mut().unwrap();
        let Some(Value::KvlistValue(map)) = &mut value.value else { panic!() };
        map.values.pop();
    };
    the_resources_schema_is_lost: |it| group(it).schema_url.clear();
    the_scopes_schema_is_lost: |it| group(it).scope_spans[0].schema_url.clear();
    the_scopes_version_is_lost: |it| {
        group(it).scope_spans[0].scope.as_mut().unwrap().version.clear();
    };
    the_resources_entities_are_lost: |it| {
        let entities = &mut group(it).resource.as_mut().unwrap().entity_refs;
        entities.push(<_>::default());
    };
    the_resources_attribute_becomes_the_scopes: |it| {
        let moved = group(it).resource.as_mut().unwrap().attributes.remove(0);
        group(it).scope_spans[0].scope.as_mut().unwrap().attributes.push(moved);
    };
}

same! { Traces, whole,
    a_string_index_is_lost: |it| span(it).attributes[0].key_strindex = 1;
    a_value_that_is_a_string_index_is_lost: |it| set(it, 6, Value::StringValueStrindex(1));
    groups_are_split_and_records_reordered: |it| {
        let moved = spans(it).remove(0);
        let mut other = group(it).clone();
        other.scope_spans[0].spans = vec![moved];
        it.resource_spans.push(other);
    };
    attributes_are_reordered: |it| {
        span(it).attributes.rotate_left(3);
        let resource = group(it).resource.as_mut().unwrap();
        resource.attributes.swap(0, 5);
    };
    an_empty_resource_is_written: |it| {
        it.resource_spans[1].resource = Some(Resource::default());
    };
    groups_without_records_appear: |it| it.resource_spans.push(ResourceSpans {
        resource: Some(Resource { attributes: vec![attribute("a", Value::IntValue(1))], ..Resource::default() }),
        ..ResourceSpans::default()
    });
}
