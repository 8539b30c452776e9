//! What a request says, owned: the common form in which two decoders are compared.

/// `AnyValue`. A double is its bits, so that NaN equals itself and -0.0 differs from 0.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Empty,
    Text(String),
    Bool(bool),
    Int(i64),
    Double(u64),
    Bytes(Vec<u8>),
    List(Vec<Content>),
    Map(Attributes),
}

pub(crate) type Attributes = Vec<(String, Content)>;

/// A record with the groups it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) ordinal: u32,
    pub(crate) resource: Resource,
    pub(crate) scope: Scope,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Span(Span),
    Point(Box<Point>),
    Log(Log),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) sent: bool,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes_count: u32,
    pub(crate) schema_url: String,
    pub(crate) carries_more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) sent: bool,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes_count: u32,
    pub(crate) schema_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) trace_id: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) parent_id: Vec<u8>,
    pub(crate) trace_state: String,
    pub(crate) flags: u32,
    pub(crate) name: String,
    pub(crate) kind: i32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes_count: u32,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped_events_count: u32,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_links_count: u32,
    pub(crate) status: Option<(i32, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) time: u64,
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) trace_id: Vec<u8>,
    pub(crate) span_id: Vec<u8>,
    pub(crate) trace_state: String,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes_count: u32,
    pub(crate) flags: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) time: u64,
    pub(crate) observed_time: u64,
    pub(crate) severity_number: i32,
    pub(crate) severity_text: String,
    pub(crate) event_name: String,
    pub(crate) body: Option<Content>,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes_count: u32,
    pub(crate) flags: u32,
    pub(crate) trace_id: Vec<u8>,
    pub(crate) span_id: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metric {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) unit: String,
    pub(crate) metadata: Attributes,
    pub(crate) kind: &'static str,
    pub(crate) temporality: i32,
    pub(crate) is_monotonic: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) metric: Metric,
    pub(crate) attributes: Attributes,
    pub(crate) start: u64,
    pub(crate) time: u64,
    pub(crate) flags: u32,
    pub(crate) exemplars: Vec<Exemplar>,
    pub(crate) data: Data,
}

/// Doubles are their bits, as in [`Content`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    Number(Option<Number>),
    Histogram { counted: Counted, bucket_counts: Vec<u64>, bounds: Vec<u64> },
    Exponential { counted: Counted, zero: (u64, u64), scale: i32, buckets: [Option<Buckets>; 2] },
    Summary { count: u64, sum: u64, quantiles: Vec<(u64, u64)> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    Int(i64),
    Double(u64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) count: u64,
    /// Sum, minimum, maximum.
    pub(crate) summed: [Option<u64>; 3],
}

/// Offset and counts.
pub(crate) type Buckets = (i32, Vec<u64>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exemplar {
    pub(crate) time: u64,
    pub(crate) value: Option<Number>,
    pub(crate) trace_id: Vec<u8>,
    pub(crate) span_id: Vec<u8>,
    pub(crate) attributes: Attributes,
}
