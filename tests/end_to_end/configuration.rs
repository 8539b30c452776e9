//! Wrong configurations end the start with a message that helps.

use observatory_tests::database::TestDatabase;
use observatory_tests::service::Start;

async fn refused(start: Start) -> String {
    let (status, _, error) = start.finish().await;
    assert!(!status.success(), "{error}");
    error
}

#[tokio::test]
async fn several_wrong_variables_are_told_at_once() {
    let error = refused(
        Start::into_database("postgres://u@localhost/d")
            .set("COPY_BATCH_SIZE", "ten")
            .set("DB_POOL_MIN_SIZE", "50")
            .set("LOG_FORMAT", "xml"),
    )
    .await;
    for part in [
        "3 errors",
        "COPY_BATCH_SIZE=ten: valid is a whole number from 1",
        "DB_POOL_MIN_SIZE=50: DB_POOL_MAX_SIZE is 20",
        "LOG_FORMAT=xml: valid are json and text",
    ] {
        assert!(error.contains(part), "{part} in\n{error}");
    }
}

#[tokio::test]
async fn an_unreachable_database_is_named_with_its_variable() {
    let start = Start::into_database("postgres://me:secret@127.0.0.1:1/d");
    let error = refused(start.set("DB_STARTUP_TIMEOUT", "1s")).await;
    assert!(error.contains("127.0.0.1:1/d") && error.contains("DATABASE_URL"), "{error}");
    assert!(error.contains("DB_STARTUP_TIMEOUT") && !error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_or_database_ends_the_start_at_once() {
    let database = TestDatabase::create().await;
    let wrong = database.url().replacen(":postgres@", ":wrong-password@", 1);
    if wrong != database.url() {
        let error = refused(Start::into_database(&wrong)).await;
        assert!(error.contains("refuses us") && error.contains("DATABASE_URL"), "{error}");
        assert!(!error.contains("wrong-password"), "{error}");
    }
    let nowhere = format!("{}_nowhere", database.url());
    let error = refused(Start::into_database(&nowhere)).await;
    assert!(error.contains("refuses us") && error.contains("nowhere"), "{error}");
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_variable() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let database = TestDatabase::create().await;
    for variable in ["APP_PORT", "METRICS_PORT", "OTLP_GRPC_PORT", "OTLP_HTTP_PORT"] {
        let error = refused(Start::into_database(database.url()).set(variable, &port)).await;
        assert!(error.contains(variable) && error.contains(&port), "{error}");
    }
}

#[tokio::test]
async fn print_shows_values_and_their_origins_but_no_secret() {
    let start = Start::into_database("postgres://me:secret@localhost/d");
    let words = ["config", "print", "--copy-batch-size", "5"];
    let (status, printed, _) = start.set("DB_POOL_MAX_SIZE", "30").words(&words).finish().await;
    assert!(status.success());
    for line in ["COPY_BATCH_SIZE=5  # flag", "DB_POOL_MAX_SIZE=30  # environment"] {
        assert!(printed.contains(line), "{printed}");
    }
    assert!(
        printed.contains("DATABASE_URL=[redacted]") && !printed.contains("secret"),
        "{printed}"
    );
}
