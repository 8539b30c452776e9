//! Configuration: read once, checked whole, then typed.
//!
//! | file | what |
//! |---|---|
//! | `options` | the table: each option's name, default, unit and manual text, in one place |
//! | `given` | what flags, environment and files say |
//! | `parse` | texts to values, with errors that name variable, value and remedy |
//! | `resolve` | values to [`Config`], with the checks across options |
//! | `unknown` | environment variables that look like ours, and what was probably meant |
//! | `show` | `config print` and docs/CONFIGURATION.md |
//!
//! All errors are told at once, before anything starts.

mod given;
mod options;
mod parse;
mod resolve;
mod show;
mod unknown;

pub(crate) use given::arguments;
pub use given::{Environment, Given, Origin};
pub use options::{ALL, OptionSpec};
pub use parse::{Problem, Problems};
pub use resolve::{Config, Database};
pub use show::{markdown, print};
pub use unknown::Unknown;
