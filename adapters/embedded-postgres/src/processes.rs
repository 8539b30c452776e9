//! Which living processes belong to a folder.
//!
//! On Linux `/proc` tells: a process belongs to the folder if its program is one of `PostgreSQL`'s
//! and its working directory is in the folder (the server works in `data/`, and every program is
//! started there by us). To read another user's working directory root needs a capability that
//! containers withhold; then that user is asked. Elsewhere `ps` shows command lines.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::Error;
use crate::account::Account;

const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// The `PostgreSQL` processes of `folder`, which is absolute and without symbolic links; `account`
/// is who ran them.
pub(crate) fn of_folder(folder: &Path, account: &Account) -> Result<Vec<Pid>, Error> {
    let proc = Path::new("/proc");
    if proc.join("self/comm").is_file() {
        from_proc(proc, folder, account)
    } else {
        from_ps(folder)
    }
}

/// Sends `signal`; a process that is gone already is fine, and so is one we may not signal: whoever
/// waits for its end finds out.
pub(crate) fn send(pid: Pid, signal: Signal) {
    if let Err(error) = kill_process(pid, signal) {
        tracing::debug!(pid = pid.as_raw_nonzero(), ?signal, %error, "could not signal a process");
    }
}

/// As others print it.
pub(crate) fn number(pid: Pid) -> u32 {
    pid.as_raw_nonzero().get().unsigned_abs()
}

fn from_proc(proc: &Path, folder: &Path, account: &Account) -> Result<Vec<Pid>, Error> {
    let entries = proc.read_dir().map_err(Error::io("list", proc))?;
    // A process that ends while we look at it is gone, as good as never seen.
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(pids
        .filter(|pid: &i32| belongs(&proc.join(pid.to_string()), folder, account))
        .filter_map(Pid::from_raw)
        .collect())
}

fn belongs(process: &Path, folder: &Path, account: &Account) -> bool {
    let Ok(program) = std::fs::read_to_string(process.join("comm")) else { return false };
    if !PROGRAMS.contains(&program.trim()) {
        return false;
    }
    let link = process.join("cwd");
    link.read_link().or_else(|_| account.enter(&link)).is_ok_and(|cwd| cwd.starts_with(folder))
}

fn from_ps(folder: &Path) -> Result<Vec<Pid>, Error> {
    let ps = Path::new("ps");
    let output = Command::new(ps)
        .args(["-A", "-o", "pid=,command="])
        .stdin(Stdio::null())
        .output()
        .map_err(Error::io("run", ps))?;
    Ok(parse_ps(&String::from_utf8_lossy(&output.stdout), folder))
}

/// From lines like `  812 /usr/lib/postgresql/17/bin/postgres -D /data/postgres/data -c port=…`.
fn parse_ps(lines: &str, folder: &Path) -> Vec<Pid> {
    let folder = folder.to_string_lossy();
    let parse = |line: &str| {
        let (pid, command) = line.trim().split_once(' ')?;
        let program = Path::new(command.split_whitespace().next()?).file_name()?.to_str()?;
        let ours = PROGRAMS.contains(&program) && command.contains(folder.as_ref());
        Pid::from_raw(pid.parse().ok()?).filter(|_| ours)
    };
    lines.lines().filter_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_no_postgresql_is_not_ours_wherever_it_works() {
        let folder = tempfile::tempdir().unwrap();
        let mut sleep =
            Command::new("sleep").arg("600").current_dir(folder.path()).spawn().unwrap();
        let found = of_folder(&folder.path().canonicalize().unwrap(), &Account::Ourselves);
        sleep.kill().unwrap();
        sleep.wait().unwrap();
        assert_eq!(found.unwrap(), []);
    }

    #[test]
    fn a_postgresql_program_is_ours_only_if_it_works_in_the_folder() {
        let folder = tempfile::tempdir().unwrap().keep().canonicalize().unwrap();
        let program = folder.join("postgres");
        std::fs::copy("/bin/sleep", &program).unwrap();
        let mut fake = Command::new(&program).arg("600").current_dir(&folder).spawn().unwrap();
        let ours = of_folder(&folder, &Account::Ourselves);
        let elsewhere = of_folder(&folder.join("other"), &Account::Ourselves);
        fake.kill().unwrap();
        fake.wait().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let pids: Vec<u32> = ours.unwrap().into_iter().map(number).collect();
        assert_eq!((pids, elsewhere.unwrap()), (vec![fake.id()], vec![]));
    }

    #[test]
    fn ps_lines_are_matched_by_program_and_folder() {
        let lines = "    1 /sbin/launchd\n  812 /opt/pg/bin/postgres -D /d/postgres/data -c port=1\n\
            900 vi /d/postgres/data/postgresql.conf\n 901 /opt/pg/bin/postgres -D /other\n";
        let pids: Vec<u32> =
            parse_ps(lines, Path::new("/d/postgres")).into_iter().map(number).collect();
        assert_eq!(pids, [812]);
    }
}
