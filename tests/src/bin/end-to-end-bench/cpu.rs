//! Processor time and memory, by the system's own accounting (proc(5)).

use std::fs;
use std::time::Duration;

/// `_SC_CLK_TCK` is 100 on every Linux that runs here.
const TICK: Duration = Duration::from_millis(10);

/// What the process has used.
pub(crate) fn of_process(pid: u32) -> Duration {
    let (own, _, _) = times(pid).expect("the process runs");
    own
}

/// What a database server has used: its first process, those that it has now, and those that ended.
pub(crate) fn of_server(first: u32) -> Duration {
    let (own, ended, _) = times(first).expect("the server runs");
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let children = pids.filter_map(times).filter(|(_, _, parent)| *parent == first);
    own + ended + children.map(|(own, _, _)| own).sum::<Duration>()
}

/// The most memory that the process ever held, in bytes.
pub(crate) fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Its own time, its ended children's, and its parent; nothing when it is gone.
fn times(pid: u32) -> Option<(Duration, Duration, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let fields: Vec<_> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |number: usize| Some(TICK * fields.get(number)?.parse::<u32>().ok()?);
    let own = ticks(11)? + ticks(12)?;
    let ended = ticks(13)? + ticks(14)?;
    Some((own, ended, fields.get(1)?.parse().ok()?))
}
