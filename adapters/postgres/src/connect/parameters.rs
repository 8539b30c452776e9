//! Takes `sslmode` and `sslrootcert` out of a connection string, for tokio-postgres knows neither
//! `verify-ca` nor `verify-full` nor the file. Both of libpq's forms are taken: URL and key=value.

/// A connection string without the parameters that are ours.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    /// What tokio-postgres parses.
    pub(super) rest: String,
    /// `sslmode`, as given.
    pub(super) mode: Option<String>,
    /// `sslrootcert`, as given.
    pub(super) root_cert: Option<String>,
}

/// Splits `text`.
pub(super) fn split(text: &str) -> Split {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        split_url(text)
    } else {
        split_pairs(text)
    }
}

fn split_url(text: &str) -> Split {
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    let mut split = Split { rest: base.to_owned(), ..Split::default() };
    let mut separator = '?';
    for parameter in query.split('&').filter(|it| !it.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if !split.take(key, || decode(value)) {
            split.rest.push(separator);
            split.rest.push_str(parameter);
            separator = '&';
        }
    }
    split
}

fn decode(value: &str) -> String {
    let pair = format!("v={}", value.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

fn split_pairs(text: &str) -> Split {
    let mut split = Split::default();
    let mut rest = text.trim_start();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (raw, value, tail) = quoted_value(after);
        if !split.take(key.trim(), || value) {
            split.rest.extend([key.trim(), "=", raw, " "]);
        }
        rest = tail.trim_start();
    }
    split.rest.push_str(rest);
    split.rest.truncate(split.rest.trim_end().len());
    split
}

/// The first value of `text`: as written, unquoted, and what follows it (libpq: single quotes,
/// backslash escapes).
fn quoted_value(text: &str) -> (&str, String, &str) {
    let quoted = text.starts_with('\'');
    let (mut value, mut escaped) = (String::new(), false);
    for (at, letter) in text.char_indices().skip(usize::from(quoted)) {
        let ends = if quoted { letter == '\'' } else { letter.is_whitespace() };
        if escaped {
            escaped = false;
            value.push(letter);
        } else if letter == '\\' {
            escaped = true;
        } else if ends {
            let (raw, tail) = text.split_at(at + usize::from(quoted));
            return (raw, value, tail);
        } else {
            value.push(letter);
        }
    }
    (text, value, "")
}

impl Split {
    /// Takes the parameter if it is ours.
    fn take(&mut self, key: &str, value: impl FnOnce() -> String) -> bool {
        let place = match key {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.root_cert,
            _ => return false,
        };
        *place = Some(value());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splits(text: &str) -> (String, Option<String>, Option<String>) {
        let it = split(text);
        (it.rest, it.mode, it.root_cert)
    }

    #[test]
    fn a_url_keeps_its_other_parameters() {
        let text = "postgres://u:p%40@a:1,b:2/d?connect_timeout=3&sslmode=verify-full&sslrootcert=%2Fca%20x.pem&application_name=x";
        let expected = "postgres://u:p%40@a:1,b:2/d?connect_timeout=3&application_name=x";
        let mode = Some("verify-full".to_owned());
        assert_eq!(splits(text), (expected.to_owned(), mode, Some("/ca x.pem".to_owned())));
        assert_eq!(splits("postgres://a/d").0, "postgres://a/d");
    }

    #[test]
    fn pairs_keep_their_quotes() {
        let text =
            r"host=a password='it\'s = mine' sslrootcert='/my ca.pem' sslmode=require dbname=d";
        let expected = r"host=a password='it\'s = mine' dbname=d";
        let root = Some("/my ca.pem".to_owned());
        assert_eq!(splits(text), (expected.to_owned(), Some("require".to_owned()), root));
    }
}
