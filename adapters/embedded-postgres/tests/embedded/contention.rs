//! Goal: one folder has one owner, whoever else tries.
//! Method: owners in processes of their own, against each other and against this process.

use crate::support::{Owner, folder, home, options, query};
use observatory_embedded_postgres::{Error, NoProgress, start};

#[tokio::test]
async fn the_second_process_is_told_the_folder_and_the_holder() {
    let home = home();
    let mut first = Owner::spawn(&home);
    let url = first.ready();
    let error = start(options(&home), &NoProgress).await.unwrap_err();
    let text = error.to_string();
    let Error::InUse { folder: named, pid } = error else { panic!("{error:?}") };
    assert_eq!((named, pid), (folder(&home).canonicalize().unwrap(), Some(first.pid())));
    for part in [folder(&home).to_str().unwrap(), &first.pid().to_string(), "DATA_DIR"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(query(&url, "SELECT 1").await.unwrap(), "1", "the first was disturbed");
    assert!(first.finish().0);
    start(options(&home), &NoProgress).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn of_many_who_start_at_once_on_a_new_folder_one_wins() {
    let home = home();
    let owners: Vec<Owner> = (0..4).map(|_| Owner::spawn(&home)).collect();
    // Standard input ends: the winner stops, so that a slow one may well be a second winner.
    let ended: Vec<(bool, String)> = owners.into_iter().map(Owner::finish).collect();
    assert!(ended.iter().any(|(success, _)| *success), "{ended:?}");
    for (success, said) in ended {
        assert!(success || said.contains("another process"), "{said}");
    }
}

#[tokio::test]
async fn the_same_process_is_no_exception() {
    let home = home();
    let first = start(options(&home), &NoProgress).await.unwrap();
    let error = start(options(&home), &NoProgress).await.unwrap_err();
    assert!(matches!(error, Error::InUse { pid, .. } if pid == Some(std::process::id())));
    first.stop().await.unwrap();
}
