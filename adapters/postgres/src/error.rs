//! What an error means: a class by SQLSTATE (facts gathered on real servers; PostgreSQL's manual,
//! "Error Codes"), never by text, which is localised.

use std::future::Future;
use std::time::Duration;

use deadpool_postgres::PoolError;
use observatory_domain::retry::ErrorClass;
use observatory_ports::driven::SinkError;
use tokio_postgres::error::SqlState;

/// A statement failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The server or the connection failed.
    #[error("the database failed")]
    Database(#[from] tokio_postgres::Error),
    /// No answer came in time; the connection's state is unknown, and it must be dropped.
    #[error("no answer within {0:?} (DB_STATEMENT_DEADLINE)")]
    Deadline(Duration),
    /// No connection could be had.
    #[error("no connection could be had from the pool")]
    Pool(#[from] PoolError),
    /// COPY counted other rows than were sent: a bug of ours or of the server's.
    #[error("COPY stored {stored} rows of {sent}")]
    Count {
        /// The server's count.
        stored: u64,
        /// Ours.
        sent: u64,
    },
    /// Something was handed over that can't be. Said instead of storing less than was asked for.
    #[error("a bug in this program: {0}")]
    Bug(&'static str),
}

/// Where in the transaction an error came up: a constraint among what clients sent is a poison
/// record, elsewhere a bug of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Around the records.
    Control,
    /// Among what clients sent: rows, and the resources and scopes that they name.
    Content,
}

impl Failure {
    /// The class of this failure.
    pub(crate) fn class(&self, phase: Phase) -> ErrorClass {
        match self.code() {
            Some(code) => classify(code, phase),
            None => ErrorClass::Transient,
        }
    }

    /// For the port: nothing was stored, and it may be tried again.
    pub(crate) fn retry(self, phase: Phase) -> SinkError {
        SinkError::Retry { class: self.class(phase), source: Box::new(self) }
    }

    /// Whether the server said that a day has no partition: 23514 without a constraint's name.
    pub(crate) fn is_missing_partition(&self) -> bool {
        self.database()
            .is_some_and(|it| *it.code() == SqlState::CHECK_VIOLATION && it.constraint().is_none())
    }

    /// Whether the server itself answered, with the transaction aborted and the session alive.
    pub(crate) fn is_servers_word(&self) -> bool {
        use tokio_postgres::error::Severity;
        self.database().is_some_and(|it| it.parsed_severity() == Some(Severity::Error))
    }

    /// For a client: the server's message, with column and constraint.
    pub(crate) fn reason(&self) -> String {
        let Some(error) = self.database() else { return self.to_string() };
        let mut reason = format!("{} (SQLSTATE {})", error.message(), error.code().code());
        for (what, name) in [("column", error.column()), ("constraint", error.constraint())] {
            if let Some(name) = name {
                reason.extend([", ", what, " ", name]);
            }
        }
        reason
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Database(error) | Self::Pool(PoolError::Backend(error)) => error.code(),
            _ => None,
        }
    }

    fn database(&self) -> Option<&tokio_postgres::error::DbError> {
        match self {
            Self::Database(error) => error.as_db_error(),
            _ => None,
        }
    }
}

fn classify(code: &SqlState, phase: Phase) -> ErrorClass {
    let class = code.code().get(..2).unwrap_or_default();
    match (class, phase) {
        ("22" | "23" | "44" | "54" | "P0", Phase::Content) => ErrorClass::Poison,
        ("28" | "3D", _) => ErrorClass::Configuration,
        // 42501 insufficient privilege and its like: the schema or its grants are not ours.
        ("42" | "3F", _) => ErrorClass::Schema,
        _ => ErrorClass::Transient,
    }
}

/// `statement`, or a failure once `deadline` has passed: `statement_timeout` does not cover COPY,
/// nor a network that swallows everything.
pub(crate) async fn within<T>(
    deadline: Duration,
    statement: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(deadline, statement).await {
        Ok(answer) => answer.map_err(Failure::from),
        Err(_elapsed) => Err(Failure::Deadline(deadline)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_classed_by_its_sqlstate_and_where_it_came_up() {
        let class = |code, phase| classify(&SqlState::from_code(code), phase);
        for code in ["22P02", "23514", "44000", "54000", "P0001"] {
            assert_eq!(class(code, Phase::Content), ErrorClass::Poison, "{code}");
            assert_eq!(class(code, Phase::Control), ErrorClass::Transient, "{code}");
        }
        for code in ["08006", "40001", "53100", "57P01", "55P03", "XX000", "99999"] {
            assert_eq!(class(code, Phase::Content), ErrorClass::Transient, "{code}");
        }
        assert_eq!(class("28P01", Phase::Control), ErrorClass::Configuration);
        assert_eq!(class("3D000", Phase::Control), ErrorClass::Configuration);
        assert_eq!(class("42P01", Phase::Content), ErrorClass::Schema);
    }

    #[test]
    fn a_failure_without_an_answer_is_worth_another_try() {
        let failure = Failure::Deadline(Duration::from_secs(30));
        assert_eq!(failure.class(Phase::Content), ErrorClass::Transient);
        assert!(!failure.is_servers_word() && !failure.is_missing_partition());
    }
}
