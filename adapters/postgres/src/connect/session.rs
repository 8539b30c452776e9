//! A connection in somebody's hands.

use std::time::Duration;

use deadpool_postgres::Object;

use crate::error::Failure;

/// A connection that is closed when dropped, which frees its place in the pool: after an error, a
/// time-out or a cancelled future it may be in the middle of anything. Whoever knows that it is not
/// gives it back.
#[derive(Debug)]
pub(crate) struct Session {
    /// Present until dropped.
    connection: Option<Object>,
}

impl Session {
    pub(super) const fn new(connection: Object) -> Self {
        Self { connection: Some(connection) }
    }

    /// The connection.
    pub(crate) fn connection(&self) -> Result<&Object, Failure> {
        self.connection.as_ref().ok_or(Failure::Bug("a session without a connection"))
    }

    /// How long the connection has been open.
    pub(crate) fn age(&self) -> Duration {
        self.connection.as_ref().map_or(Duration::MAX, |it| Object::metrics(it).age())
    }

    /// Back to the pool: every statement on it was answered, and no transaction is open.
    pub(crate) fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.take().map(Object::take);
    }
}
