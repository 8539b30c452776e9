//! The server's settings, given on its command line: there they are above the configuration files,
//! and a newer release of ours changes them for folders that exist already.
//!
//! What is not named here can be set in `data/postgresql.conf`.

use std::time::Duration;

use tokio::process::Command;

use crate::Error;
use crate::binaries::Server;
use crate::command::{command, finish};
use crate::folder::Folder;

const PROBE_MAX: Duration = Duration::from_secs(30);

/// Without these it is not our private database, or not a durable one.
const REQUIRED: [(&str, &str); 8] = [
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("password_encryption", "scram-sha-256"),
    ("ssl", "off"),
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("logging_collector", "off"),
];

/// For a laptop that does other things too.
const TUNING: [(&str, &str); 10] = [
    ("shared_buffers", "128MB"),
    ("max_connections", "50"),
    ("work_mem", "16MB"),
    ("maintenance_work_mem", "128MB"),
    ("min_wal_size", "256MB"),
    ("max_wal_size", "2GB"),
    // Daily partitions of several tables, each with its indexes: one query may lock them all.
    ("max_locks_per_transaction", "256"),
    // Compiling short queries over many partitions costs more than it gains.
    ("jit", "off"),
    ("log_checkpoints", "off"),
    // The CONTEXT of a failed COPY shows the row, which may be somebody's conversation.
    ("log_error_verbosity", "terse"),
];

/// Where the server was built with it; facts: 3 times the rows of large messages.
const WITH_LZ4: [(&str, &str, &str); 2] =
    [("default_toast_compression", "lz4", "pglz"), ("wal_compression", "lz4", "on")];

/// The settings for a server on `folder`'s cluster; asks the server what it was built with.
pub(crate) async fn choose(server: &Server, folder: &Folder) -> Result<Vec<String>, Error> {
    let mut chosen: Vec<String> = REQUIRED.iter().chain(&TUNING).map(|(k, v)| set(k, v)).collect();
    for (name, wanted, otherwise) in WITH_LZ4 {
        let value = if takes(server, folder, name, wanted).await? { wanted } else { otherwise };
        chosen.push(set(name, value));
    }
    Ok(chosen)
}

fn set(name: &str, value: &str) -> String {
    format!("{name}={value}")
}

/// Starts no server: `-C` prints a setting, and fails if its value is not possible.
async fn takes(server: &Server, folder: &Folder, name: &str, value: &str) -> Result<bool, Error> {
    let program = server.program("postgres");
    let mut probe: Command = command(&program, folder.account(), folder.path());
    probe.arg("-D").arg(folder.data()).args(["-c", &set(name, value), "-C", name]);
    let outcome = finish(probe, "", PROBE_MAX).await.map_err(Error::io("run", &program))?;
    Ok(outcome.success && outcome.stdout.trim() == value)
}
