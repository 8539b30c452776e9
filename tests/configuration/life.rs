//! The end, and the private database.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use observatory_tests::service::Start;

use crate::support::{Site, send, timed, until_metric};

pub(crate) async fn draining_takes_so_long_at_the_most() {
    let (short, long) = (Site::new().await, Site::new().await);
    let mut hasty = short.with("SHUTDOWN_TIMEOUT", "1").await;
    let mut patient = long.with("SHUTDOWN_TIMEOUT", "30").await;
    let (hasty_grpc, patient_grpc) =
        (hasty.address("grpc").to_owned(), patient.address("grpc").to_owned());
    short.hold().await;
    long.hold().await;
    let ask = async |address: String| {
        let mut client = observatory_tests::otlp::GrpcClient::connect(&address).await;
        client.send(crate::support::body(0..1).into()).await
    };
    let asked = async { tokio::join!(ask(hasty_grpc), ask(patient_grpc)) };
    let ended = async {
        for service in [&hasty, &patient] {
            until_metric(service, "storage_records_in_flight", 1).await;
            service.terminate().await;
        }
        let (took, status) = timed(hasty.ended()).await;
        assert!(took > Duration::from_millis(900) && took < Duration::from_secs(5), "{took:?}");
        assert_eq!(status.code(), Some(1), "it was not drained: {}", hasty.log());
        assert!(patient.is_running(), "{}", patient.log());
        long.release().await;
        assert_eq!(patient.ended().await.code(), Some(0), "{}", patient.log());
    };
    let ((hurried, awaited), ()) = tokio::join!(asked, ended);
    assert!(hurried.is_err() && awaited.is_ok(), "{hurried:?} {awaited:?}");
    assert_eq!(long.spans().await, 1);
}

/// A folder that any user may look into: a server does not run as root.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("observatory-test-").tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

fn versions_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries
        .map(|path| {
            if path.is_dir() {
                versions_below(&path)
            } else {
                usize::from(path.ends_with("PG_VERSION"))
            }
        })
        .sum()
}

pub(crate) async fn the_private_database_lives_in_the_folder() {
    let folder = folder();
    let data = folder.path().join("chosen");
    let service = Start::default().set("DATA_DIR", data.to_str().unwrap()).ready().await;
    send(&service, 0..1).await.unwrap();
    assert!(versions_below(&data) > 0, "no database in {}", data.display());
    let mut service = service;
    service.terminate().await;
    assert_eq!(service.ended().await.code(), Some(0), "{}", service.log());
}

pub(crate) async fn the_programs_of_the_folder_are_run() {
    let (folder, data) = (folder(), folder());
    // Programs that tell a version which is refused: that shows that they were asked.
    for name in ["initdb", "pg_ctl", "postgres"] {
        let program = folder.path().join(name);
        std::fs::write(&program, format!("#!/bin/sh\necho '{name} (PostgreSQL) 9.6.24'\n"))
            .unwrap();
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    }
    let start = Start::default().set("DATA_DIR", data.path().join("data").to_str().unwrap());
    let named = start.set("POSTGRES_BIN_DIR", folder.path().to_str().unwrap());
    let (status, _, error) = named.words(&["migrate", "info"]).finish().await;
    assert!(!status.success() && error.contains("9.6.24"), "{error}");
    assert!(error.contains("POSTGRES_BIN_DIR"), "{error}");
}
