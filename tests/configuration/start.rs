//! Where the database is, and how the start meets it.

use std::io::Write;

use observatory_tests::proxy::{Fate, Proxy};
use observatory_tests::service::Start;

use crate::support::{Site, free_ports, send, timed};

pub(crate) async fn rows_land_in_the_database_of_the_url() {
    let (named, other) = (Site::new().await, Site::new().await);
    let service = Start::default().set("DATABASE_URL", &named.url).ready().await;
    send(&service, 0..3).await.unwrap();
    assert_eq!(named.spans().await, 3);
    let there = "SELECT count(*) FROM pg_class WHERE relname = 'spans'";
    assert_eq!((named.number(there).await, other.number(there).await), (1, 0));
}

pub(crate) async fn the_url_may_come_from_a_file() {
    let site = Site::new().await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}", site.url).unwrap();
    let path = file.path().to_str().unwrap();
    let service = Start::default().set("DATABASE_URL_FILE", path).ready().await;
    send(&service, 0..3).await.unwrap();
    assert_eq!(site.spans().await, 3);
}

pub(crate) async fn the_start_waits_for_a_database_that_is_late() {
    let site = Site::new().await;
    let [port] = free_ports();
    let (head, tail) = site.url.rsplit_once('@').unwrap();
    let database = tail.split_once('/').unwrap().1;
    let late = Start::into_database(&format!("{head}@127.0.0.1:{port}/{database}?sslmode=disable"));
    for (value, at_least) in [("0", 0), ("700ms", 700)] {
        let (took, (status, _, error)) =
            timed(late.clone().set("DB_STARTUP_TIMEOUT", value).finish()).await;
        assert!(!status.success() && error.contains("DB_STARTUP_TIMEOUT"), "{error}");
        assert!(took.as_millis() >= at_least, "{value} ended after {took:?}");
    }
    let mut waiting = late.set("DB_STARTUP_TIMEOUT", "30s").spawn();
    waiting.line_with("waiting for the database").await;
    let _proxy = Proxy::start(&site.url, port, |_, _| Fate::Passed).await;
    waiting.line_with("\"ready\"").await;
}

pub(crate) async fn migrations_run_unless_they_are_skipped() {
    let (migrated, skipped) = (Site::new().await, Site::new().await);
    let there = "SELECT count(*) FROM pg_class WHERE relname = '_sqlx_migrations'";
    let (status, _, error) = skipped.start().set("SKIP_MIGRATIONS", "true").finish().await;
    assert!(!status.success() && error.contains("SKIP_MIGRATIONS"), "{error}");
    let _service = migrated.with("SKIP_MIGRATIONS", "false").await;
    assert_eq!((migrated.number(there).await, skipped.number(there).await), (1, 0));
}
