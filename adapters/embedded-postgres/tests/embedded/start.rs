//! Goal: a folder gives a database that is private, durable and there again after each start.
//! Method: real servers on temporary folders, looked at through real connections.

use crate::support::{Owner, folder, home, is_dead, options, pid_of, query, send, until};
use observatory_embedded_postgres::{NoProgress, start};
use rustix::process::{Signal, getpgid, kill_process_group};

#[tokio::test]
async fn a_new_folder_becomes_a_database_and_a_second_start_finds_its_rows() {
    let home = home();
    let first = start(options(&home), &NoProgress).await.unwrap();
    query(first.url(), "CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    first.stop().await.unwrap();

    let second = start(options(&home), &NoProgress).await.unwrap();
    assert_eq!(query(second.url(), "SELECT answer FROM kept").await.unwrap(), "42");
    assert_eq!(second.folder(), folder(&home).canonicalize().unwrap());
    let version = query(second.url(), "SHOW server_version").await.unwrap();
    assert!(version.starts_with(second.version()), "{version}");
    second.stop().await.unwrap();
}

#[tokio::test]
async fn only_this_machine_and_only_the_password_get_in() {
    let home = home();
    let server = start(options(&home), &NoProgress).await.unwrap();
    let (_, address) = server.url().split_once('@').unwrap();
    for intruder in ["observatory:wrong", "observatory", "postgres:postgres"] {
        let url = format!("postgres://{intruder}@{address}");
        assert!(query(&url, "SELECT 1").await.is_err(), "{intruder} got in");
    }
    let shown = |name| query(server.url(), name);
    assert_eq!(shown("SHOW listen_addresses").await.unwrap(), "127.0.0.1");
    assert_eq!(shown("SHOW unix_socket_directories").await.unwrap(), "");
    assert_eq!(
        shown("SELECT DISTINCT auth_method FROM pg_hba_file_rules").await.unwrap(),
        "scram-sha-256"
    );
    server.stop().await.unwrap();
}

#[tokio::test]
async fn durability_is_forced_above_the_folders_own_files() {
    let home = home();
    start(options(&home), &NoProgress).await.unwrap().stop().await.unwrap();
    let conf = folder(&home).join("data/postgresql.auto.conf");
    std::fs::write(conf, "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")
        .unwrap();

    let server = start(options(&home), &NoProgress).await.unwrap();
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(query(server.url(), &format!("SHOW {name}")).await.unwrap(), "on", "{name}");
    }
    let lz4 = "SELECT 'lz4' = ANY (enumvals) AND setting <> 'lz4' FROM pg_settings \
               WHERE name = 'default_toast_compression'";
    assert_eq!(query(server.url(), lz4).await.unwrap(), "f", "lz4 is there and not used");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_psql_command_works_in_a_shell_and_shows_no_password() {
    let home = home();
    let server = start(options(&home), &NoProgress).await.unwrap();
    let command = server.psql_command();
    let password = server.url().split([':', '@']).nth(2).unwrap();
    assert!(!command.contains(password), "{command}");
    let script = format!("{command} -AtXc 'SELECT current_user'");
    let output = tokio::process::Command::new("sh").arg("-c").arg(script).output().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "observatory\n", "{output:?}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn ctrl_c_reaches_the_service_and_not_the_server() {
    let home = home();
    let mut owner = Owner::spawn(&home);
    let url = owner.ready();
    let server = crate::support::postmaster(&folder(&home));
    assert_eq!(getpgid(Some(pid_of(server))).unwrap(), pid_of(server));
    kill_process_group(pid_of(owner.pid()), Signal::INT).unwrap();
    owner.says("interrupted");
    assert_eq!(query(&url, "SELECT 1").await.unwrap(), "1");
    assert_eq!(owner.finish(), (true, String::new()));
    assert!(is_dead(server));
}

#[tokio::test]
async fn dropped_without_stop_the_server_ends_by_itself() {
    let home = home();
    let server = start(options(&home), &NoProgress).await.unwrap();
    let pid = server.pid().unwrap();
    drop(server);
    until("the server has ended", || is_dead(pid));
    let log = std::fs::read_to_string(folder(&home).join("log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
}

#[tokio::test]
async fn the_end_of_the_server_is_seen_and_another_can_be_started() {
    let home = home();
    let mut server = start(options(&home), &NoProgress).await.unwrap();
    query(server.url(), "CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    send(server.pid().unwrap(), Signal::KILL);
    assert!(!server.ended().await.success());
    assert_eq!(server.pid(), None);
    drop(server);
    let server = start(options(&home), &NoProgress).await.unwrap();
    assert_eq!(query(server.url(), "SELECT answer FROM kept").await.unwrap(), "42");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_stop_in_time_is_ended_and_loses_nothing() {
    let home = home();
    let mut options = options(&home);
    options.stop_timeout = std::time::Duration::ZERO;
    let server = start(options.clone(), &NoProgress).await.unwrap();
    query(server.url(), "CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    let pid = server.pid().unwrap();
    server.stop().await.unwrap();
    assert!(is_dead(pid));
    let server = start(options, &NoProgress).await.unwrap();
    assert_eq!(query(server.url(), "SELECT answer FROM kept").await.unwrap(), "42");
    server.stop().await.unwrap();
}
