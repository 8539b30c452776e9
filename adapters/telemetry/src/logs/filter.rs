//! `RUST_LOG`: what is written.
//!
//! The service is one program to whoever operates it, so a directive for its name,
//! `llm_observatory_storage`, covers all our crates: their targets begin with `observatory`, and the
//! directive is repeated for that prefix. One for a module of it (`llm_observatory_storage::query`)
//! stays what it is, and a directive for `observatory…` itself wins.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{Directive, ParseError};

const SERVICE: &str = "llm_observatory_storage";
const CRATES: &str = "observatory";

/// A directive that can't be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{directive}` is no log directive; examples: `info`, `sqlx=warn`, `observatory_otlp=debug`"
)]
pub struct FilterError {
    /// The directive.
    pub directive: String,
    /// What is wrong with it.
    #[source]
    pub source: ParseError,
}

/// Reads a filter as `RUST_LOG` has it; an empty one admits errors only.
///
/// # Errors
/// When a directive can't be read.
pub fn parse(filter: &str) -> Result<EnvFilter, FilterError> {
    let given = || filter.split(',').map(str::trim).filter(|it| !it.is_empty());
    for directive in given() {
        check(directive)?;
    }
    // The given ones come last: of two for the same target, the last one counts.
    let repeated = given().filter_map(for_our_crates);
    let all: Vec<_> = repeated.chain(given().map(str::to_owned)).collect();
    let all = all.join(",");
    EnvFilter::builder()
        .with_default_directive(LevelFilter::ERROR.into())
        .parse(&all)
        .map_err(|source| FilterError { directive: all, source })
}

/// One by one, so that an error names the directive that is wrong.
fn check(directive: &str) -> Result<(), FilterError> {
    let parsed = directive.parse::<Directive>();
    let named = |source| FilterError { directive: directive.to_owned(), source };
    parsed.map(drop).map_err(named)
}

/// `directive` for our crates, when it is one for the service as a whole.
fn for_our_crates(directive: &str) -> Option<String> {
    let rest = directive.strip_prefix(SERVICE)?;
    (rest.is_empty() || rest.starts_with(['=', '['])).then(|| format!("{CRATES}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_directive_for_the_whole_service_is_repeated() {
        let repeated = |directive| for_our_crates(directive);
        assert_eq!(repeated("llm_observatory_storage=debug").as_deref(), Some("observatory=debug"));
        assert_eq!(repeated("llm_observatory_storage").as_deref(), Some("observatory"));
        assert_eq!(
            repeated("llm_observatory_storage[span]=warn").as_deref(),
            Some("observatory[span]=warn")
        );
        assert_eq!(repeated("llm_observatory_storage::query=debug"), None);
        assert_eq!(repeated("llm_observatory_storage_demo=debug"), None);
        assert_eq!(repeated("info"), None);
    }

    #[test]
    fn a_wrong_directive_is_named() {
        let error = parse("info,sqlx=loud").unwrap_err();
        assert_eq!(error.directive, "sqlx=loud");
    }
}
