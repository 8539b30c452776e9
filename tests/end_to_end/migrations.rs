//! The schema, by us and by sqlx-cli alike.

use clap::Parser;
use futures_util::future::join_all;
use observatory_tests::database::TestDatabase;
use observatory_tests::service::Start;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");

/// Runs sqlx-cli, the library, with the words of its command line.
async fn sqlx_cli(words: &[&str], url: &str) -> anyhow::Result<()> {
    sqlx::any::install_default_drivers();
    let words = [&["sqlx", "--no-dotenv"][..], words, &["--source", FOLDER, "--database-url", url]];
    sqlx_cli::run(sqlx_cli::Opt::try_parse_from(words.concat())?).await
}

async fn applied(database: &TestDatabase) -> Vec<(i64, Vec<u8>)> {
    let sql = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
    let rows = database.connect().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn three_replicas_at_once_migrate_an_empty_database_once() {
    let database = TestDatabase::create().await;
    let starts = (0..3).map(|_| Start::into_database(database.url()).ready());
    let services = join_all(starts).await;
    for service in &services {
        assert_eq!(service.health().await.0, 200);
    }
    let migrators = services.iter().filter(|it| it.log().contains("applied a migration"));
    assert_eq!(migrators.count(), 1, "the others waited for it");
    assert_eq!(applied(&database).await.len(), 6);
}

#[tokio::test]
async fn sqlx_cli_and_the_service_see_the_same_migrations() {
    let (ours, theirs) = (TestDatabase::create().await, TestDatabase::create().await);
    let run = Start::into_database(ours.url()).words(&["migrate", "run"]).finish().await;
    assert!(run.0.success(), "{run:?}");
    sqlx_cli(&["migrate", "run"], theirs.url()).await.unwrap();
    assert_eq!(applied(&ours).await, applied(&theirs).await);
    // Each finds nothing left to do on the other's work.
    sqlx_cli(&["migrate", "run"], ours.url()).await.unwrap();
    let dry = Start::into_database(theirs.url()).words(&["migrate", "dry-run"]).finish().await;
    assert!(dry.1.contains("nothing to apply"), "{dry:?}");
    let service = Start::into_database(theirs.url()).set("SKIP_MIGRATIONS", "true").ready().await;
    assert_eq!(service.health().await.0, 200);
}

#[tokio::test]
async fn a_skipped_migration_is_missed_with_advice() {
    let database = TestDatabase::create().await;
    let start = Start::into_database(database.url()).set("SKIP_MIGRATIONS", "true");
    let (status, _, error) = start.finish().await;
    assert!(!status.success() && error.contains("migrate run"), "{error}");
    let info = Start::into_database(database.url()).words(&["migrate", "info"]).finish().await;
    assert_eq!(info.1.matches("pending").count(), 6, "{info:?}");
}

#[tokio::test]
async fn a_changed_migration_is_refused_with_advice() {
    let database = TestDatabase::create().await;
    sqlx_cli(&["migrate", "run"], database.url()).await.unwrap();
    let change = "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 3";
    database.connect().await.batch_execute(change).await.unwrap();
    let (status, _, error) = Start::into_database(database.url()).finish().await;
    assert!(!status.success() && error.contains("migration 3 was applied"), "{error}");
}
