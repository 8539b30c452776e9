//! Texts to values. A bare number means the option's unit; a suffix says otherwise.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::given::{Given, Origin};
use super::options::{ALL, Privacy};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub name: String,
    /// What was given; never of a secret.
    pub value: String,
    /// What would be right.
    pub remedy: String,
}

/// Everything that is wrong, told at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "the configuration has {count} error{}:", if count == 1 { "" } else { "s" })?;
        for Problem { name, value, remedy } in &self.0 {
            write!(f, "\n  {name}={value}: {remedy}")?;
        }
        Ok(())
    }
}

/// Reads values and collects what is wrong.
pub(super) struct Reader<'a> {
    given: &'a Given,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(given: &'a Given) -> Self {
        Self { given, problems: Vec::new() }
    }

    /// The text of `name`; empty when nothing was given and there is no default.
    pub(super) fn text(&self, name: &'static str) -> &'a str {
        debug_assert!(ALL.iter().any(|it| it.name == name), "{name} is not in the table");
        self.given.get(name).map_or("", |(text, _)| text)
    }

    /// A whole number from `min` to `max`.
    pub(super) fn number<T>(&mut self, name: &'static str, min: T, max: T) -> T
    where
        T: FromStr + PartialOrd + fmt::Display + Copy,
    {
        let text = self.text(name).trim().replace('_', "");
        match text.parse::<T>() {
            Ok(value) if value >= min && value <= max => value,
            _ => {
                let unit = ALL.iter().find(|it| it.name == name).map_or("", |it| it.unit);
                self.wrong(name, format!("valid is a whole number from {min} to {max} ({unit})"));
                min
            }
        }
    }

    /// A duration; a bare number counts `unit`s.
    pub(super) fn duration(&mut self, name: &'static str, unit: Duration) -> Duration {
        let text = self.text(name).trim();
        let bare = text.parse::<u32>().ok().map(|count| unit.saturating_mul(count));
        let parsed = bare.or_else(|| humantime::parse_duration(text).ok());
        let parsed = parsed.filter(|it| *it <= Duration::from_hours(24 * 36_500));
        parsed.unwrap_or_else(|| {
            let unit = humantime::format_duration(unit);
            let valid = format!(
                "valid is a number (of {unit}), or one with a unit: 500ms, 30s, 5m, 1h, 30d"
            );
            self.wrong(name, valid);
            Duration::ZERO
        })
    }

    /// A duration above zero.
    pub(super) fn period(&mut self, name: &'static str, unit: Duration) -> Duration {
        let before = self.problems.len();
        let duration = self.duration(name, unit);
        if duration.is_zero() && self.problems.len() == before {
            self.wrong(name, "valid is anything above zero".to_owned());
        }
        duration
    }

    /// A size in bytes from `min` to `max`.
    pub(super) fn bytes(&mut self, name: &'static str, min: u64, max: u64) -> u64 {
        match self.text(name).trim().parse::<bytesize::ByteSize>() {
            Ok(size) if (min..=max).contains(&size.as_u64()) => size.as_u64(),
            _ => {
                let [from, to] = [min, max].map(|it| bytesize::ByteSize(it).display().iec());
                self.wrong(
                    name,
                    format!("valid is a size from {from} to {to}: 8192, 64KiB, 64MiB"),
                );
                min
            }
        }
    }

    /// true or false, in the words that people use.
    pub(super) fn truth<T>(&mut self, name: &'static str, yes: T, no: T) -> T {
        match self.text(name).trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => yes,
            "false" | "0" | "no" | "off" => no,
            _ => {
                self.wrong(name, "valid are true and false".to_owned());
                no
            }
        }
    }

    /// Any value that parses itself.
    pub(super) fn value<T: FromStr>(&mut self, name: &'static str, valid: &str) -> Option<T> {
        let parsed = self.text(name).trim().parse().ok();
        if parsed.is_none() {
            self.wrong(name, valid.to_owned());
        }
        parsed
    }

    /// Notes that `name` is wrong.
    pub(super) fn wrong(&mut self, name: &'static str, remedy: String) {
        let secret = ALL.iter().any(|it| it.name == name && it.privacy == Privacy::Secret);
        let (text, origin) = self.given.get(name).unwrap_or(("", Origin::Default));
        let value = if secret { "…".to_owned() } else { text.to_owned() };
        let spec = ALL.iter().find(|it| it.name == name);
        let name = match (origin, spec) {
            (Origin::Flag, Some(spec)) => format!("--{}", spec.flag()),
            _ => name.to_owned(),
        };
        self.problems.push(Problem { name, value, remedy });
    }

    /// Everything that was wrong.
    pub(super) fn finish(self) -> Result<(), Problems> {
        if self.problems.is_empty() { Ok(()) } else { Err(Problems(self.problems)) }
    }
}
