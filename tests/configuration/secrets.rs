//! No password is written anywhere.

use observatory_tests::service::Start;

use crate::support::{Site, send};

const SECRET: &str = "hush-hush-3f9a";

#[tokio::test]
async fn a_password_is_in_no_log_however_loud_and_in_no_answer() {
    let site = Site::new().await;
    let (_, tail) = site.url.rsplit_once('@').unwrap();
    let role = format!("secretive_{}", std::process::id());
    let create = format!("CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{SECRET}'");
    site.execute(&create).await;
    let start = Start::into_database(&format!("postgres://{role}:{SECRET}@{tail}"));
    let start = start.set("RUST_LOG", "trace").set("DB_QUERY_LOGGING", "true");
    let mut service = start.ready().await;
    send(&service, 0..1).await.unwrap();
    for (port, path) in [("api", "/health"), ("api", "/openapi.json"), ("metrics", "/metrics")] {
        let (_, body) = service.get(port, path).await.unwrap();
        assert!(!body.contains(SECRET), "{path}: {body}");
    }
    // What an outage is told with.
    site.execute(&format!("ALTER ROLE {role} NOLOGIN")).await;
    let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = ";
    site.number(&format!("{ended}'{role}'")).await;
    send(&service, 1..2).await.unwrap_err();
    service.line_with("not permitted to log in").await;
    service.terminate().await;
    service.ended().await;
    assert!(!service.log().contains(SECRET), "a password was logged");
    assert!(service.log().lines().count() > 50, "{}", service.log());
    // The extension's jobs belong to whoever created it.
    site.execute(&format!("REASSIGN OWNED BY {role} TO CURRENT_USER; DROP ROLE {role}")).await;
}

#[tokio::test]
async fn a_password_is_in_no_error() {
    let urls = [
        format!("postgres://me:{SECRET}@127.0.0.1:1/d"),
        format!("postgres://me:{SECRET}@127.0.0.1:port/d"),
        format!("postgres://me:x@{SECRET}@127.0.0.1:1/d"),
        format!("mysql://me:x={SECRET}@127.0.0.1:1/d"),
        format!("host=127.0.0.1 port=1 password=my {SECRET}"),
        format!("host=127.0.0.1 port=1 password=my {SECRET}=1"),
    ];
    for url in urls {
        for variable in ["DATABASE_URL", "DATABASE_URL_FILE"] {
            for words in [&["config", "check"][..], &["config", "print"], &["migrate", "info"]] {
                let start = Start::default().set(variable, &url).set("DB_STARTUP_TIMEOUT", "0");
                let (_, printed, error) = start.words(words).finish().await;
                assert!(!printed.contains(SECRET), "{words:?}: {printed}");
                assert!(!error.contains(SECRET), "{words:?}: {error}");
            }
        }
    }
}
