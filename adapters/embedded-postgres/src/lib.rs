//! A private PostgreSQL in a local folder, for laptops, tests and demos.
//!
//! [`start()`] turns a folder into a running server, whatever state the folder is in: new, stopped
//! cleanly, or left by a `kill -9` of the service, of the server or of `initdb` half-way.
//! It is not for production: there a database of its own is given by `DATABASE_URL`.
//!
//! ```text
//! DATA_DIR/postgres/           owned by whoever starts the service
//!   lock                       held (flock) for the life of the service; holds its process id
//!   log, log.previous          the server's messages: of this run, and of the one before
//!   data/                      the cluster; owned by the user the server runs as, mode 700
//!     observatory.pgpass       the generated password, mode 600
//!   initializing-<pid>/        only while initdb runs; becomes data/ by one rename
//! ```
//!
//! # Invariants
//! - **One owner.** Nothing below the folder is touched before its lock is held; the kernel drops
//!   the lock with the process, however it dies.
//! - **All or nothing.** `data/` appears by a rename, after initdb, the database and the password
//!   are complete and durable. The same holds for the fetched server binaries.
//! - **A server that was left running is stopped, never adopted.** Both would be safe under the
//!   lock; stopping is right in every case with one path: the new server surely has our binaries,
//!   settings and port, is our child (its exit is seen, nobody else's is mistaken for it), and no
//!   session of the dead service is left with a COMMIT in flight when the new one reads its
//!   checkpoints. It costs a fast shutdown, about 0.1 s.
//! - **A process id alone proves nothing.** A process counts as ours only if it is a PostgreSQL
//!   program *and* works in this folder. What `postmaster.pid` says besides is overruled.
//! - **Acknowledged is durable**: `fsync`, `full_page_writes` and `synchronous_commit` are forced
//!   on, above anything in the folder's own configuration files.
//! - **Only this machine, only with the password**: 127.0.0.1, scram-sha-256, no unix socket.
//! - **Never as root**: initdb and the server run as the folder's owner, else as `postgres`, else
//!   as `nobody`.
//! - Ctrl-C in the terminal does not reach the server: it is in a process group of its own, so
//!   that the service can drain into it first.
//!
//! Dropping [`EmbeddedPostgres`] without [`stop`](EmbeddedPostgres::stop) asks the server for a
//! fast shutdown and does not wait for it: the next start does.

mod account;
mod binaries;
mod cluster;
mod command;
mod error;
mod files;
mod folder;
mod leftovers;
mod lock;
mod log;
mod options;
mod postmaster;
mod processes;
mod progress;
mod server;
mod settings;
mod start;
mod version;

pub use error::Error;
pub use options::{DataDir, Options, ServerBinaries};
pub use progress::{NoProgress, Progress, Step};
pub use server::EmbeddedPostgres;
pub use start::start;
