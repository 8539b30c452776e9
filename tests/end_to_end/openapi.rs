//! The description of the API, read by validators and by clients that nobody here wrote.

use observatory_tests::database::TestDatabase;
use observatory_tests::python::{run, venv};
use observatory_tests::service::Start;
use tokio::process::Command;

/// Prints the version that it validated against; fails with the place of the first error.
const VALIDATE: &str = "
import json, sys
from openapi_spec_validator import validate
description = json.load(open(sys.argv[1]))
validate(description)
print(description['openapi'], sorted(description['paths']))
";

#[tokio::test]
async fn the_description_passes_an_outside_validator() {
    let python = venv(&["openapi-spec-validator==0.7.2"]).await;
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let (code, description) = service.get("api", "/openapi.json").await.unwrap();
    assert_eq!(code, 200);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    std::fs::write(&path, &description).unwrap();
    let validated = run(Command::new(&python).args(["-c", VALIDATE]).arg(&path)).await;
    assert!(validated.starts_with("3.0"), "{validated}");
    for route in ["/health", "/health/live", "/health/ready"] {
        assert!(validated.contains(&format!("'{route}'")), "{validated}");
    }
    // The validator is no rubber stamp.
    std::fs::write(&path, description.replacen("\"responses\"", "\"answers\"", 1)).unwrap();
    let broken = Command::new(&python).args(["-c", VALIDATE]).arg(&path).output().await.unwrap();
    assert!(!broken.status.success());
}
