//! Where the database is and how to reach it, parsed once.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::parameters::split;
use super::tls::Verification;

/// How long one attempt to connect may take, unless the string says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Dead peers are noticed within about this time, idle or not.
const PEER_TIMEOUT: Duration = Duration::from_secs(15);
const APPLICATION_NAME: &str = "llm-observatory-storage";

/// A parsed connection string.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) config: Config,
    /// The settings that `options` asks for.
    session: Vec<(String, String)>,
    pub(super) verification: Verification,
    pub(super) root_cert: Option<PathBuf>,
}

/// The connection string can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It can't be parsed.
    #[error(
        "DATABASE_URL can't be parsed{0}; valid is postgres://user:password@host:5432/database"
    )]
    Syntax(Detail),
    /// A host has an @: what stands before it belongs to a password.
    #[error(
        "DATABASE_URL has more than one @; write %40 for one that is part of the user or the password"
    )]
    UnescapedAt,
    /// It names no host.
    #[error("DATABASE_URL names no host; valid is postgres://user:password@host:5432/database")]
    NoHost,
    /// It names no user: the two drivers would each guess another.
    #[error("DATABASE_URL names no user; valid is postgres://user:password@host:5432/database")]
    NoUser,
    /// It names several hosts: migrations and COPY could end on different servers.
    #[error(
        "DATABASE_URL names several hosts, which is not supported; name one that leads to the primary (a proxy, or an address that moves with it)"
    )]
    SeveralHosts,
    /// `hostaddr` is libpq's, and only one of the two drivers knows it.
    #[error("DATABASE_URL has hostaddr, which is not supported; write the address as the host")]
    HostAddress,
    /// `options` has something else than settings in it.
    #[error(
        "DATABASE_URL has options that can't be read; valid are settings, as in options='-c search_path=llm'"
    )]
    Options,
    /// `sslmode` has no such value.
    #[error(
        "DATABASE_URL has sslmode={0}; valid are disable, prefer, require, verify-ca and verify-full"
    )]
    SslMode(String),
    /// The system's authorities sign for everybody: without the host's name that verifies nothing.
    #[error(
        "DATABASE_URL has sslmode={0} with sslrootcert=system, which is too weak; write sslmode=verify-full, or name a file in sslrootcert"
    )]
    WeakMode(String),
    /// The file with the authorities can't be read.
    #[error("sslrootcert {path} can't be used")]
    RootCert {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: crate::connect::tls::TlsError,
    },
}

/// What is wrong with the string, as far as that quotes nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail(Option<String>);

impl Detail {
    /// Of the driver's messages only this one names but its own words: the others quote what may be a
    /// piece of a password with a space, an = or an @ in it.
    fn of(error: &tokio_postgres::Error) -> Self {
        let text = error.source().map(ToString::to_string);
        Self(text.filter(|it| it.starts_with("invalid value for option")))
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |text| write!(f, ": {text}"))
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let parts = split(text);
        let mut config: Config =
            parts.rest.parse().map_err(|error| TargetError::Syntax(Detail::of(&error)))?;
        if !config.get_hostaddrs().is_empty() {
            return Err(TargetError::HostAddress);
        }
        // First: a password may have a comma behind its @ too.
        if config.get_hosts().iter().any(|it| matches!(it, Host::Tcp(name) if name.contains('@'))) {
            return Err(TargetError::UnescapedAt);
        }
        match config.get_hosts() {
            [] => return Err(TargetError::NoHost),
            [_] => {}
            _ => return Err(TargetError::SeveralHosts),
        }
        if config.get_user().is_none() {
            return Err(TargetError::NoUser);
        }
        let session = settings(config.get_options().unwrap_or_default())?;
        let system = parts.root_cert.as_deref() == Some("system");
        let root_cert = parts.root_cert.filter(|_| !system).map(PathBuf::from);
        let default = if system { "verify-full" } else { "prefer" };
        let mode_name = parts.mode.unwrap_or_else(|| default.to_owned());
        let (mode, verification) = modes(&mode_name, root_cert.as_deref())?;
        if system && verification != Verification::Full {
            return Err(TargetError::WeakMode(mode_name));
        }
        config.ssl_mode(mode);
        defaults(&mut config);
        Ok(Self { config, session, verification, root_cert })
    }
}

/// The settings in libpq's `options`: `-c name=value`, `-cname=value` or `--name=value`, separated
/// by spaces.
fn settings(options: &str) -> Result<Vec<(String, String)>, TargetError> {
    let mut settings = Vec::new();
    let mut words = options.split_ascii_whitespace();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("-c").or_else(|| word.strip_prefix("--")) {
            Some("") => words.next(),
            setting => setting,
        };
        // A backslash escapes a space: rare, and read by nobody here.
        let pair = setting.filter(|it| !it.contains('\\')).and_then(|it| it.split_once('='));
        let (name, value) = pair.ok_or(TargetError::Options)?;
        settings.push((name.to_owned(), value.to_owned()));
    }
    Ok(settings)
}

/// libpq's table of modes (manual, 34.19.1): `require` with an authority verifies it.
fn modes(mode: &str, root: Option<&Path>) -> Result<(SslMode, Verification), TargetError> {
    Ok(match mode {
        "disable" => (SslMode::Disable, Verification::None),
        "allow" | "prefer" => (SslMode::Prefer, Verification::None),
        "require" if root.is_none() => (SslMode::Require, Verification::None),
        "require" | "verify-ca" => (SslMode::Require, Verification::Authority),
        "verify-full" => (SslMode::Require, Verification::Full),
        other => return Err(TargetError::SslMode(other.to_owned())),
    })
}

fn defaults(config: &mut Config) {
    if config.get_application_name().is_none() {
        config.application_name(APPLICATION_NAME);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(PEER_TIMEOUT);
    }
    config.keepalives_idle(PEER_TIMEOUT / 3);
    config.keepalives_interval(PEER_TIMEOUT / 6);
    config.keepalives_retries(4);
}

impl Target {
    /// Where it points, without any secret.
    #[must_use]
    pub fn address(&self) -> String {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let hosts: Vec<_> = hosts.collect();
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres");
        format!("{}:{port}/{database}", hosts.join(","))
    }

    /// The same target for sqlx.
    pub(super) fn for_sqlx(&self) -> PgConnectOptions {
        let config = &self.config;
        let mut options = PgConnectOptions::new_without_pgpass()
            .port(config.get_ports().first().copied().unwrap_or(5432))
            .application_name(config.get_application_name().unwrap_or(APPLICATION_NAME))
            .options(self.session.iter().map(|(name, value)| (name, value)))
            .ssl_mode(self.sqlx_mode());
        match config.get_hosts().first() {
            Some(Host::Tcp(name)) => options = options.host(name),
            Some(Host::Unix(path)) => options = options.socket(path),
            None => {}
        }
        if let Some(user) = config.get_user() {
            options = options.username(user);
        }
        if let Some(password) = config.get_password() {
            options = options.password(&String::from_utf8_lossy(password));
        }
        // As libpq: the database is the user's, unless named; never what the environment says.
        if let Some(database) = config.get_dbname().or(config.get_user()) {
            options = options.database(database);
        }
        if let Some(root) = &self.root_cert {
            options = options.ssl_root_cert(root);
        }
        options
    }

    fn sqlx_mode(&self) -> PgSslMode {
        match (self.config.get_ssl_mode(), self.verification) {
            (SslMode::Disable, _) => PgSslMode::Disable,
            (SslMode::Prefer, _) => PgSslMode::Prefer,
            (_, Verification::Authority) => PgSslMode::VerifyCa,
            (_, Verification::Full) => PgSslMode::VerifyFull,
            _ => PgSslMode::Require,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sslmode_follows_libpq() {
        let verification = |text: &str| text.parse::<Target>().map(|it| it.verification);
        let base = "postgres://u@h/d?sslmode=";
        let with = |mode: &str| verification(&format!("{base}{mode}")).unwrap();
        assert_eq!(with("prefer"), Verification::None);
        assert_eq!(with("require"), Verification::None);
        assert_eq!(with("require&sslrootcert=/ca"), Verification::Authority);
        assert_eq!(with("verify-ca"), Verification::Authority);
        assert_eq!(with("verify-full"), Verification::Full);
        let error = verification("postgres://u@h/d?sslmode=on").unwrap_err();
        assert!(error.to_string().contains("sslmode=on; valid are disable"), "{error}");
    }

    #[test]
    fn the_authorities_of_the_system_demand_the_name_of_the_host() {
        let parse = |text: &str| format!("postgres://u@h/d?{text}").parse::<Target>();
        for text in ["sslrootcert=system", "sslrootcert=system&sslmode=verify-full"] {
            let target = parse(text).unwrap();
            assert_eq!((target.verification, target.root_cert), (Verification::Full, None));
        }
        for mode in ["disable", "prefer", "require", "verify-ca"] {
            let error = parse(&format!("sslrootcert=system&sslmode={mode}")).unwrap_err();
            assert!(error.to_string().contains("write sslmode=verify-full"), "{error}");
        }
    }

    #[test]
    fn sqlx_takes_the_database_of_the_user_when_none_is_named() {
        let target: Target = "postgres://me@h".parse().unwrap();
        assert_eq!(target.for_sqlx().get_database(), Some("me"));
    }

    #[test]
    fn an_address_shows_no_secret() {
        let target: Target = "postgres://me:secret@db.example:6543/llm".parse().unwrap();
        assert_eq!(target.address(), "db.example:6543/llm");
        assert!(!format!("{target:?}").contains("secret"));
        let pairs: Target = "host=db user=me password='s p' dbname=llm".parse().unwrap();
        assert_eq!(pairs.address(), "db:5432/llm");
        assert!("dbname=x".parse::<Target>().is_err());
    }

    #[test]
    fn both_drivers_are_led_to_the_same_place_or_none_is() {
        for (text, said) in [
            ("postgres://me@a,b/d", "several hosts"),
            ("postgres://me:p@ss,word@a/d", "%40"),
            ("host=a hostaddr=10.0.0.1 user=me", "hostaddr"),
            ("hostaddr=10.0.0.1 user=me", "hostaddr"),
            ("postgres://host/d", "no user"),
            ("host=a user=me options='-c'", "options"),
            ("host=a user=me options='search_path=x'", "options"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains("DATABASE_URL") && error.contains(said), "{text}: {error}");
        }
        let text = "postgres://me@a/d?options=-c%20search_path%3Dllm%20--work_mem=4MB%20-cjit=off";
        let target: Target = text.parse().unwrap();
        let given = target.for_sqlx().get_options().map(ToOwned::to_owned);
        let all = "-c search_path=llm -c work_mem=4MB -c jit=off";
        assert_eq!(given.as_deref(), Some(all));
    }

    #[test]
    fn an_error_shows_nothing_of_a_password() {
        for text in [
            "postgres://me:hush@hush@db/d",
            "host=db password=my hush",
            "host=db password=my hush=1",
            "mysql://me:x=hush@db/d",
            "postgres://me:hush@db:port/d",
            "postgres://me:hush@db:1:2/d",
            "postgres://me:hush@db/d?hush=1",
            "postgres://me:hush@db/%ff",
        ] {
            let error = text.parse::<Target>().unwrap_err();
            let shown = format!("{error} {error:?} {}", observatory_ports::causes(&error));
            assert!(!shown.contains("hush") && shown.contains("DATABASE_URL"), "{text}: {shown}");
        }
        let error = "postgres://me:hush@db:port/d".parse::<Target>().unwrap_err().to_string();
        assert!(error.contains("invalid value for option `port`"), "{error}");
    }
}
