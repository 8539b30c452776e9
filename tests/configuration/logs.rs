//! What is written, and how.

use std::net::SocketAddr;

use observatory_tests::service::{Start, until};
use serde_json::Value;

use crate::support::{Site, free_ports, get};

pub(crate) async fn what_is_logged_follows_the_filter() {
    let site = Site::new().await;
    let mut loud = site.with("RUST_LOG", "info,llm_observatory_storage=trace").await;
    loud.line_with("\"level\":\"TRACE\"").await;
    let quiet = site.with("RUST_LOG", "info").await;
    for level in ["TRACE", "DEBUG"] {
        assert!(!quiet.log().contains(level), "{}", quiet.log());
    }
    // Nothing but what is wrong: not even that it is ready.
    let [port] = free_ports();
    let silent = site.start().set("APP_PORT", &port.to_string()).set("RUST_LOG", "warn").spawn();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    until("it is ready", async || {
        get(address, "/health/ready").await.is_some_and(|it| it.0 == 200)
    })
    .await;
    assert!(!silent.log().contains("INFO"), "{}", silent.log());
}

pub(crate) async fn lines_are_json_or_text() {
    let site = Site::new().await;
    for (format, is_json) in [("json", true), ("text", false)] {
        let mut service = site.start().set("LOG_FORMAT", format).spawn();
        let line = service.line_with("ready").await;
        assert_eq!(serde_json::from_str::<Value>(&line).is_ok(), is_json, "{line}");
        assert!(!line.contains('\u{1b}'), "no colours in a pipe: {line}");
    }
}

pub(crate) async fn statements_are_logged_when_asked_for() {
    let site = Site::new().await;
    // Health is asked for once a second, by a statement.
    let mut logging = site.with("DB_QUERY_LOGGING", "true").await;
    let line = logging.line_with("SELECT 1").await;
    assert!(line.contains("\"INFO\"") && line.contains("\"sqlx::query\""), "{line}");
    // Explicitly asked for, and so whatever the filter says.
    let start = site.start().set("DB_QUERY_LOGGING", "true").set("RUST_LOG", "error");
    start.spawn().line_with("\"sqlx::query\"").await;
    let silent = site.with("DB_QUERY_LOGGING", "false").await;
    assert_eq!(silent.health().await.0, 200);
    assert!(!silent.log().contains("sqlx::query"), "{}", silent.log());
}

pub(crate) async fn a_panic_shows_where_it_came_from() {
    // No panic of ours is known; tokio has one for who sets this variable to nonsense.
    let panicking =
        || Start::default().set("TOKIO_WORKER_THREADS", "0").words(&["migrate", "info"]);
    for (value, shows) in [("0", false), ("1", true), ("full", true)] {
        let (status, _, error) = panicking().set("RUST_BACKTRACE", value).finish().await;
        assert!(!status.success() && error.contains("panicked at"), "{error}");
        assert_eq!(error.contains("stack backtrace:"), shows, "RUST_BACKTRACE={value}: {error}");
    }
}
