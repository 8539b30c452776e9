//! Goal: it works as root and as a normal user, on each other's folders too where that can be.
//! Method: owners as root and as `nobody`; a normal user who runs these tests can't become
//! anybody else, and sees the normal user's half in every other test.

use std::os::unix::fs::{MetadataExt as _, chown};

use crate::support::{Owner, folder, home, is_root, query};

const NOBODY: u32 = 65534;

#[tokio::test]
async fn a_normal_user_needs_nobody_else_and_root_leaves_his_folder_usable() {
    if !is_root() {
        return;
    }
    let home = home();
    chown(home.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    let mut owner = Owner::spawn_as_nobody(&home);
    let url = owner.ready();
    query(&url, "CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    let mode = folder(&home).metadata().unwrap().mode() & 0o777;
    assert_eq!(mode, 0o700, "others can look into a normal user's folder");
    assert!(owner.finish().0);

    for who in [Owner::spawn, Owner::spawn_as_nobody] {
        let mut owner = who(&home);
        let url = owner.ready();
        assert_eq!(query(&url, "SELECT answer FROM kept").await.unwrap(), "42");
        assert!(owner.finish().0);
        assert_eq!(folder(&home).join("data").metadata().unwrap().uid(), NOBODY);
    }
}

#[tokio::test]
async fn a_normal_user_is_told_whose_folder_it_is() {
    if !is_root() {
        return;
    }
    let home = home();
    let mut owner = Owner::spawn(&home);
    owner.ready();
    assert!(owner.finish().0);
    let (success, said) = Owner::spawn_as_nobody(&home).finish();
    assert!(!success);
    assert!(said.contains("belongs to user id 0") && said.contains("DATA_DIR"), "{said}");
}

#[tokio::test]
async fn roots_server_does_not_run_as_root() {
    if !is_root() {
        return;
    }
    let home = home();
    let mut owner = Owner::spawn(&home);
    owner.ready();
    let server = crate::support::postmaster(&folder(&home));
    let owner_of = |path: String| std::fs::metadata(path).unwrap().uid();
    let uid = owner_of(format!("/proc/{server}"));
    assert_ne!(uid, 0);
    let groups = std::fs::read_to_string(format!("/proc/{server}/status")).unwrap();
    let groups = groups.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap().trim();
    assert_eq!(groups, "", "root's groups were kept");
    assert!(owner.finish().0);
}
