//! What the tests of this crate share: folders, queries, and owners in processes of their own.
use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use observatory_embedded_postgres::{DataDir, Options};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage, connect};

/// The longest that any condition may take on a busy machine.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// A folder that every user can enter: root's server runs as another.
pub(crate) fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    home
}

pub(crate) fn options(home: &TempDir) -> Options {
    Options::new(DataDir::Explicit(home.path().join("observatory-data")))
}

/// Where [`options`] puts the database.
pub(crate) fn folder(home: &TempDir) -> PathBuf {
    home.path().join("observatory-data/postgres")
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Says loudly that a test did not test.
pub(crate) fn skipped(why: &str) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    drop(writeln!(std::io::stderr(), "SKIPPED {name}: {why}"));
}

/// The first column of the first row; empty if there is none.
pub(crate) async fn query(url: &str, sql: &str) -> Result<String, tokio_postgres::Error> {
    let (client, connection) = connect(url, NoTls).await?;
    let query = async {
        let messages = client.simple_query(sql).await?;
        Ok(messages.iter().find_map(first_column).unwrap_or_default())
    };
    tokio::select! {
        result = query => result,
        ended = connection => Err(ended.expect_err("the connection ends while it is used")),
    }
}

fn first_column(message: &SimpleQueryMessage) -> Option<String> {
    match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }
}

/// Waits for a condition that others bring about.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + WAIT_MAX;
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(crate) fn send(pid: u32, signal: Signal) {
    kill_process(pid_of(pid), signal).unwrap();
}

pub(crate) fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().unwrap()).unwrap()
}

/// The process id in `postmaster.pid`.
pub(crate) fn postmaster(folder: &Path) -> u32 {
    let text = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

/// Whether the process is gone, or only its status is left.
pub(crate) fn is_dead(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"));
    status.map_or(true, |status| status.contains("State:\tZ"))
}

/// Makes `command` run as the user who owns `path`, as the server there does.
pub(crate) fn run_as_owner(command: &mut Command, path: &Path) {
    if is_root() {
        let owner = path.metadata().unwrap();
        command.uid(owner.uid()).gid(owner.gid());
    }
}

/// `embedded-postgres-owner` in a process of its own; killed when dropped.
pub(crate) struct Owner {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: Option<ChildStdin>,
}

impl Owner {
    /// On the folder of [`options`].
    pub(crate) fn spawn(home: &TempDir) -> Self {
        let program = Command::new(env!("CARGO_BIN_EXE_embedded-postgres-owner"));
        Self::run(program, &home.path().join("observatory-data"))
    }

    /// As `nobody`, from a copy that `nobody` can run. Only root can do this.
    pub(crate) fn spawn_as_nobody(home: &TempDir) -> Self {
        let copy = home.path().join("owner");
        if !copy.is_file() {
            std::fs::copy(env!("CARGO_BIN_EXE_embedded-postgres-owner"), &copy).unwrap();
        }
        let mut program = Command::new("setpriv");
        program.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
        program.env("HOME", home.path());
        Self::run(program, &home.path().join("observatory-data"))
    }

    fn run(mut program: Command, data_dir: &Path) -> Self {
        program.arg::<&OsStr>(data_dir.as_ref()).process_group(0);
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { stdin: child.stdin.take(), child, lines }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads lines until one starts with `prefix`, and gives its rest.
    pub(crate) fn says(&mut self, prefix: &str) -> String {
        let mut said = Vec::new();
        for line in &mut self.lines {
            let line = line.unwrap();
            if let Some(rest) = line.strip_prefix(prefix) {
                return rest.to_owned();
            }
            said.push(line);
        }
        panic!("it never said {prefix:?} but {said:?}");
    }

    /// The URL, once the server runs.
    pub(crate) fn ready(&mut self) -> String {
        self.says("ready ")
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it stop its server; whether it ended well, and what else it said.
    pub(crate) fn finish(mut self) -> (bool, String) {
        drop(self.stdin.take());
        let said: Vec<String> = self.lines.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap().success(), said.join("\n"))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
