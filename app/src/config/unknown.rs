//! Environment variables that look like ours and are none: a slip of the pen would else go unnoticed,
//! and the default be used.

use std::fmt;

use super::given::Environment;
use super::options::ALL;

/// How names of ours begin, where nobody else's are likely to.
const BEGINNINGS: [&str; 6] = ["APP_", "COPY_", "DB_", "INGEST_", "METRICS_", "OTLP_"];

/// A variable that looks like ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// What was probably meant; nothing when no name of ours is near.
    pub nearest: Option<String>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.nearest {
            Some(nearest) => write!(f, "{} is unknown: did you mean {nearest}?", self.name),
            None => write!(f, "{} is unknown: `config print` lists every variable", self.name),
        }
    }
}

/// The variables of `environment` that look like ours and are none, by name.
pub(super) fn unknown(environment: &Environment) -> Vec<Unknown> {
    let ours = || {
        let files = ALL.iter().filter_map(super::OptionSpec::file_variable);
        ALL.iter().map(|it| it.name.to_owned()).chain(files)
    };
    let alike = |name: &str| BEGINNINGS.iter().any(|it| name.starts_with(it));
    environment
        .iter()
        .filter(|(name, value)| alike(name) && !value.is_empty() && !is_service_link(name, value))
        .filter(|(name, _)| ours().all(|it| it != **name))
        .map(|(name, _)| Unknown { name: name.clone(), nearest: nearest(name, ours()) })
        .collect()
}

/// Kubernetes tells every container of a service called `app` or `db`: `DB_SERVICE_HOST`,
/// `DB_PORT_5432_TCP_ADDR`, `DB_PORT=tcp://…`.
fn is_service_link(name: &str, value: &str) -> bool {
    let port = name.split_once("_PORT_").map_or("", |(_, port)| port);
    name.contains("_SERVICE_")
        || port.starts_with(|it: char| it.is_ascii_digit())
        || value.starts_with("tcp://")
}

/// The name of `ours` with the fewest slips from `name`; nothing when more than half of it differs.
fn nearest(name: &str, ours: impl Iterator<Item = String>) -> Option<String> {
    let measured = ours.map(|it| (strsim::damerau_levenshtein(name, &it), it));
    let (distance, nearest) = measured.min()?;
    (distance <= name.len() / 2).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &[&str]) -> Vec<String> {
        let set = names.iter().map(|it| ((*it).to_owned(), "x".to_owned())).collect();
        unknown(&set).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_slip_of_the_pen_is_told_with_the_nearest_name() {
        for (slip, meant) in [
            ("COPY_BATCHSIZE", "COPY_BATCH_SIZE"),
            ("COPY_FLUSH_INTERVAL_MS", "COPY_FLUSH_INTERVAL"),
            ("COPY_RETRY_DELAY", "COPY_RETRY_DELAY_MS"),
            ("COPY_LANES_FILE", "COPY_LANES"),
            ("DB_POOL_MAX", "DB_POOL_MAX_SIZE"),
            ("DB_POOL_MAXSIZE", "DB_POOL_MAX_SIZE"),
            ("OTLP_GPRC_PORT", "OTLP_GRPC_PORT"),
            ("METRICS_ENABLE", "METRICS_ENABLED"),
            ("APP_PROT", "APP_PORT"),
        ] {
            assert_eq!(told(&[slip]), [format!("{slip} is unknown: did you mean {meant}?")]);
        }
        let far = told(&["APP_ENV"]);
        assert_eq!(far, ["APP_ENV is unknown: `config print` lists every variable"]);
    }

    #[test]
    fn what_is_ours_or_clearly_another_program_s_is_not_told() {
        let ours: Vec<_> = ALL.iter().map(|it| it.name).collect();
        assert_eq!(told(&ours), [""; 0]);
        let others = [
            "DATABASE_URL_FILE",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "HOME",
            "PATH",
            "APP_SERVICE_HOST",
            "DB_PORT_5432_TCP_ADDR",
            "copy_batch_size",
        ];
        assert_eq!(told(&others), [""; 0]);
        let unset = [("COPY_BATCHSIZE".to_owned(), String::new())].into();
        assert_eq!(unknown(&unset), []);
    }
}
