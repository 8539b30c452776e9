//! The demo, as a newcomer runs it.

use observatory_tests::service::{Service, Start};

fn demo(folder: &std::path::Path) -> Start {
    let folder = folder.join("data").display().to_string();
    Start::default().set("DATA_DIR", &folder).words(&["demo"])
}

async fn shows_its_tables(folder: &std::path::Path) {
    let (status, printed, told) = demo(folder).words(&["--once"]).finish().await;
    assert!(status.success(), "{told}");
    for expected in ["Models\n", "claude-sonnet-4-5", "├─ execute_tool", "found in the table."]
    {
        assert!(printed.contains(expected), "no {expected:?} in:\n{printed}\n{told}");
    }
    assert!(told.contains("storing into a private PostgreSQL"), "{told}");
    assert!(!told.contains("WARN"), "{told}");
}

#[tokio::test]
async fn the_demo_works_again_and_again_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    // The server may run as another user than this process.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    shows_its_tables(folder.path()).await;
    let mut running: Service = demo(folder.path()).spawn();
    running.line_with("Models").await;
    running.kill().await;
    shows_its_tables(folder.path()).await;
}
