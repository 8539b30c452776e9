//! The configuration, for people.

use std::fmt::Write;

use super::given::{Given, Origin};
use super::options::{ALL, Privacy};

/// The effective values, one a line, with where they came from. Secrets are not shown.
#[must_use]
pub fn print(given: &Given) -> String {
    let mut text = String::new();
    for spec in ALL {
        let (value, origin) = given.get(spec.name).unwrap_or(("", Origin::Default));
        let origin = match origin {
            Origin::Flag => "flag",
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::Default => "default",
        };
        let value = match spec.privacy {
            Privacy::Secret if !value.is_empty() => "[redacted]",
            _ => value,
        };
        line(&mut text, format_args!("{}={value}  # {origin}", spec.name));
    }
    text
}

/// The content of docs/CONFIGURATION.md.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         Made from the table in `app/src/config/options.rs` by `cargo xtask docs`.\n\n\
         Every option is an environment variable and a flag (`COPY_BATCH_SIZE` is `--copy-batch-size`); a flag wins. \
         A bare number means the unit of the table; durations take suffixes (`500ms`, `30s`, `5m`, `1h`, `30d`), \
         sizes too (`8192`, `64KiB`, `64MiB`). Secrets can be read from a file that `NAME_FILE` names. \
         An empty variable counts as not set. `llm-observatory-storage config check` tells everything that is wrong, \
         `config print` shows the effective values.\n",
    );
    let mut section = "";
    for spec in ALL {
        if spec.section != section {
            section = spec.section;
            line(
                &mut text,
                format_args!(
                    "\n## {section}\n\n| variable | default | unit | what it does | at the extremes |\n|---|---|---|---|---|"
                ),
            );
        }
        let default = spec.default.map_or_else(|| "–".to_owned(), |it| format!("`{it}`"));
        let file = spec.file_variable().map_or_else(String::new, |it| format!(", `{it}`"));
        let (name, unit, help, extremes) = (spec.name, spec.unit, spec.help, spec.extremes);
        line(
            &mut text,
            format_args!("| `{name}`{file} | {default} | {unit} | {help} | {extremes} |"),
        );
    }
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    let written = writeln!(text, "{line}");
    debug_assert!(written.is_ok(), "a String takes everything");
}
