//! Errors, told in one line.

use std::error::Error;

/// `error` and its causes, joined by colons; for logs and messages, where an error ends.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some libraries repeat the cause in their own words.
        if !text.ends_with(&next) {
            text.extend([": ", &next]);
        }
        cause = error.source();
    }
    text
}
