//! A tree that can be compared, sorted and shown.

/// A value, a list, or a message with named fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// Not sent, where that can be told.
    Absent,
    /// A bool.
    Bool(bool),
    /// Any integer.
    Int(i128),
    /// A double's bits.
    Double(u64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// In order.
    List(Vec<Self>),
    /// By name.
    Message(Vec<(&'static str, Self)>),
}

impl Node {
    pub(super) fn make_nans_one(&mut self) {
        match self {
            Self::Double(bits) if f64::from_bits(*bits).is_nan() => *bits = f64::NAN.to_bits(),
            Self::List(items) => items.iter_mut().for_each(Self::make_nans_one),
            Self::Message(fields) => fields.iter_mut().for_each(|it| it.1.make_nans_one()),
            _ => (),
        }
    }

    /// Where `other` differs, a line each.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        self.compare(other, "", &mut lines);
        lines
    }

    fn compare(&self, other: &Self, path: &str, lines: &mut Vec<String>) {
        match (self, other) {
            (Self::List(ours), Self::List(theirs)) if ours.len() == theirs.len() => {
                for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    ours.compare(theirs, &format!("{path}[{place}]"), lines);
                }
            }
            (Self::Message(ours), Self::Message(theirs)) => {
                for (name, ours) in ours {
                    let theirs = theirs.iter().find(|it| it.0 == *name).map(|it| &it.1);
                    let path = format!("{path}.{name}");
                    ours.compare(theirs.unwrap_or(&Self::Absent), &path, lines);
                }
                let more = theirs.iter().filter(|it| ours.iter().all(|other| other.0 != it.0));
                lines
                    .extend(more.map(|(name, it)| format!("{path}.{name}: new {}", shortened(it))));
            }
            _ if self == other => (),
            _ => lines.push(format!("{path}: {} became {}", shortened(self), shortened(other))),
        }
    }
}

/// For people: texts may be huge.
pub(super) fn shortened(node: &Node) -> String {
    let text = format!("{node:?}");
    if text.chars().count() <= 600 {
        return text;
    }
    let start: String = text.chars().take(600).collect();
    format!("{start}… ({} bytes)", text.len())
}
