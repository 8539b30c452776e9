//! What flags, environment and files say, as texts. A flag wins over the environment, which wins
//! over the default.

use std::collections::BTreeMap;
use std::fmt;

use clap::{Arg, ArgMatches};

use super::options::{ALL, OptionSpec, Privacy};
use super::parse::{Problem, Problems};
use super::unknown::{Unknown, unknown};

/// The process's environment, or a test's.
pub type Environment = BTreeMap<String, String>;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag,
    /// An environment variable.
    Environment,
    /// A file that `NAME_FILE` names.
    File,
    /// The table.
    Default,
}

/// Every option's text, where it has one.
#[derive(Clone, Default)]
pub struct Given {
    values: BTreeMap<&'static str, (String, Origin)>,
    unknown: Vec<Unknown>,
}

impl Given {
    /// Gathers what was given.
    ///
    /// # Errors
    /// When a secret's file can't be read, or a secret is given twice.
    pub fn gather(flags: Option<&ArgMatches>, environment: &Environment) -> Result<Self, Problems> {
        let values = BTreeMap::new();
        let (mut given, mut problems) =
            (Self { values, unknown: unknown(environment) }, Vec::new());
        for spec in ALL {
            match find(spec, flags, environment) {
                Ok(Some(found)) => {
                    given.values.insert(spec.name, found);
                }
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(given) } else { Err(Problems(problems)) }
    }

    /// The text of `name`, and where it came from.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(&str, Origin)> {
        self.values.get(name).map(|(text, origin)| (text.as_str(), *origin))
    }

    /// Environment variables that look like ours and are none.
    #[must_use]
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }
}

/// Names only: a value may be a secret.
impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.values.iter().map(|(name, (_, origin))| (name, origin));
        f.debug_map().entries(origins).finish()
    }
}

fn find(
    spec: &OptionSpec,
    flags: Option<&ArgMatches>,
    environment: &Environment,
) -> Result<Option<(String, Origin)>, Problem> {
    let flag = flags.and_then(|it| it.try_get_one::<String>(spec.name).ok().flatten());
    if let Some(text) = flag {
        return Ok(Some((text.clone(), Origin::Flag)));
    }
    // An empty variable is one that was not set: that is how compose files unset them.
    let set = |name: &str| environment.get(name).filter(|it| !it.is_empty());
    let file = spec.file_variable().and_then(|name| Some((set(&name)?, name)));
    match (set(spec.name), file) {
        (Some(_), Some((path, variable))) => Err(Problem {
            name: variable,
            value: shown(path),
            remedy: format!("{} is set as well: set one of them", spec.name),
        }),
        (Some(text), None) => Ok(Some((text.clone(), Origin::Environment))),
        (None, Some((path, variable))) => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some((text.trim_end_matches(['\n', '\r']).to_owned(), Origin::File))),
            Err(error) => Err(Problem {
                name: variable,
                value: shown(path),
                remedy: format!("the file can't be read ({error}): name one that can"),
            }),
        },
        (None, None) => Ok(spec.default.map(|it| (it.to_owned(), Origin::Default))),
    }
}

/// A path, unless somebody put the secret itself where its path belongs.
fn shown(path: &str) -> String {
    if path.contains("://") || path.contains('=') { "…".to_owned() } else { path.to_owned() }
}

/// The flags of every option, for clap.
pub(crate) fn arguments() -> impl Iterator<Item = Arg> {
    ALL.iter().filter(|it| it.name != "RUST_BACKTRACE").map(|spec| {
        let secret = spec.privacy == Privacy::Secret;
        let default = spec.default.map_or_else(String::new, |it| format!(" [{it}]"));
        let hint =
            if secret { " Better in the environment: flags are visible to others." } else { "" };
        Arg::new(spec.name)
            .long(spec.flag())
            .value_name(spec.unit)
            .help(format!("{}{default}{hint}", spec.help))
            .help_heading(spec.section)
            .hide_short_help(true)
            .global(true)
    })
}
