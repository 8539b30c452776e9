//! Python, for what is only to be had there: official SDKs and outside validators.

use std::fs::File;
use std::path::PathBuf;

use tokio::process::Command;

use crate::ROOT;

/// The interpreter of a virtual environment with `packages` (`name==version`), made once and used
/// again.
pub async fn venv(packages: &[&str]) -> PathBuf {
    let name = packages.join("-").replace("==", "-");
    let folder = PathBuf::from(format!("{ROOT}/target/python/{name}"));
    let python = folder.join("bin/python");
    std::fs::create_dir_all(format!("{ROOT}/target/python")).unwrap();
    // One process makes it, the others find it.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let complete = folder.join("complete");
    if !complete.try_exists().unwrap() {
        drop(std::fs::remove_dir_all(&folder));
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder)).await;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(&python).args(install).args(packages)).await;
        File::create(complete).unwrap();
    }
    python
}

/// Runs `command`, which must succeed, and returns what it printed.
pub async fn run(command: &mut Command) -> String {
    let output = command.kill_on_drop(true).output().await.expect("it starts");
    let [printed, complained] =
        [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    assert!(output.status.success(), "{command:?}:\n{printed}\n{complained}");
    printed
}
