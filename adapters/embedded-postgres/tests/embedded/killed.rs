//! Goal: whatever is killed, and whenever, the folder starts again with every committed row.
//! Method: `kill -9` of the owner, the server, both, of initdb half-way; then an ordinary start.

use std::path::Path;
use std::process::Command;

use crate::support::{
    Owner, folder, home, is_dead, options, postmaster, query, run_as_owner, send, until,
};
use observatory_embedded_postgres::{EmbeddedPostgres, NoProgress, start};
use rustix::process::Signal;
use tempfile::TempDir;

/// An owner whose server has committed a row.
async fn owner_with_a_row(home: &TempDir) -> Owner {
    let mut owner = Owner::spawn(home);
    let url = owner.ready();
    query(&url, "CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    owner
}

async fn starts_with_the_row(home: &TempDir) {
    let server = start(options(home), &NoProgress).await.unwrap();
    assert_eq!(query(server.url(), "SELECT answer FROM kept").await.unwrap(), "42");
    stops_clean(server, home).await;
}

async fn stops_clean(server: EmbeddedPostgres, home: &TempDir) {
    server.stop().await.unwrap();
    let mut left: Vec<_> =
        folder(home).read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
    left.retain(|name| name != "log.previous");
    left.sort();
    assert_eq!(left, ["data", "lock", "log"]);
}

#[tokio::test]
async fn a_server_that_a_killed_owner_left_is_stopped_before_another_starts() {
    let home = home();
    let mut owner = owner_with_a_row(&home).await;
    let left = postmaster(&folder(&home));
    owner.kill();
    assert!(!is_dead(left), "nothing was left to be found");
    starts_with_the_row(&home).await;
    assert!(is_dead(left));
}

#[tokio::test]
async fn a_killed_server_under_a_killed_owner_recovers() {
    let home = home();
    let mut owner = owner_with_a_row(&home).await;
    owner.kill();
    send(postmaster(&folder(&home)), Signal::KILL);
    starts_with_the_row(&home).await;
}

#[tokio::test]
async fn a_process_id_that_a_stranger_took_over_does_not_count_as_running() {
    let home = home();
    let mut owner = owner_with_a_row(&home).await;
    owner.kill();
    let (server, pid_file) =
        (postmaster(&folder(&home)), folder(&home).join("data/postmaster.pid"));
    send(server, Signal::KILL);
    until("the server is dead", || is_dead(server));
    // The stranger runs as the server's user, or else PostgreSQL would not be deceived by it.
    let mut stranger = Command::new("sleep");
    run_as_owner(stranger.arg("600"), &pid_file);
    let mut stranger = stranger.spawn().unwrap();
    rewrite_pid(&pid_file, stranger.id());

    starts_with_the_row(&home).await;
    assert_eq!(stranger.try_wait().unwrap(), None, "the stranger was harmed");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

fn rewrite_pid(pid_file: &Path, pid: u32) {
    let text = std::fs::read_to_string(pid_file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(pid_file, format!("{pid}\n{rest}")).unwrap();
}

#[tokio::test]
async fn a_backend_that_outlives_its_server_is_ended_before_another_starts() {
    let home = home();
    let mut owner = owner_with_a_row(&home).await;
    let server = postmaster(&folder(&home));
    let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
    let orphan: u32 = children.unwrap().split_whitespace().next().unwrap().parse().unwrap();
    // Stopped, it can't notice that its server is gone.
    send(orphan, Signal::STOP);
    owner.kill();
    send(server, Signal::KILL);
    until("the server is dead", || is_dead(server));
    assert!(!is_dead(orphan), "nothing was left to be found");
    starts_with_the_row(&home).await;
    assert!(is_dead(orphan));
}

#[tokio::test]
async fn an_owner_killed_at_any_moment_of_its_first_start_leaves_a_folder_that_starts() {
    // What initdb and we make, in this order; each is a moment to die.
    for moment in ["", "password", "data/PG_VERSION", "data/global/pg_control", "data/base/5"] {
        let home = home();
        let mut owner = Owner::spawn(&home);
        owner.says("creating a database");
        let staging = folder(&home).join(format!("initializing-{}", owner.pid()));
        let done = folder(&home).join("data");
        until(moment, || staging.join(moment).exists_now() || done.exists_now());
        owner.kill();
        let server = start(options(&home), &NoProgress).await.unwrap();
        assert_eq!(query(server.url(), "SELECT 1").await.unwrap(), "1", "{moment}");
        stops_clean(server, &home).await;
    }
}

#[tokio::test]
async fn an_owner_killed_while_its_server_starts_leaves_a_folder_that_starts() {
    let home = home();
    for _ in 0..5 {
        let mut owner = Owner::spawn(&home);
        owner.says("starting PostgreSQL");
        owner.kill();
    }
    let server = start(options(&home), &NoProgress).await.unwrap();
    assert_eq!(query(server.url(), "SELECT 1").await.unwrap(), "1");
    stops_clean(server, &home).await;
}

#[tokio::test]
async fn a_start_that_is_dropped_half_way_leaves_a_folder_that_starts() {
    let home = home();
    let staging = folder(&home).join(format!("initializing-{}", std::process::id()));
    let half_way = async {
        while !staging.join("data/PG_VERSION").exists_now() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _started = start(options(&home), &NoProgress) => panic!("it was not half-way"),
        () = half_way => {}
    }
    let server = start(options(&home), &NoProgress).await.unwrap();
    assert_eq!(query(server.url(), "SELECT 1").await.unwrap(), "1");
    stops_clean(server, &home).await;
}

trait ExistsNow {
    fn exists_now(&self) -> bool;
}

impl ExistsNow for Path {
    fn exists_now(&self) -> bool {
        self.try_exists().unwrap_or(false)
    }
}
