//! What operators see.

use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, request, span};
use observatory_tests::service::{Start, until};
use prost::Message;

#[tokio::test]
async fn health_has_the_documented_form() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let (code, body) = service.get("api", "/health").await.unwrap();
    assert_eq!(code, 200, "{body}");
    let begins = "{\"status\":\"healthy\",\"timestamp\":\"";
    assert!(body.starts_with(begins), "{body}");
    let health: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(health["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(health["database"]["connected"], true);
    assert!(health["database"]["latency_ms"].as_f64().unwrap() > 0.0);
    for name in ["active", "idle", "max_size"] {
        assert!(health["pool"][name].is_u64(), "{body}");
    }
    assert_eq!(health["pool"]["max_size"], 20);
    let keys =
        ["status", "timestamp", "version", "database", "pool"].map(|it| format!("\"{it}\":"));
    let places: Vec<_> = keys.iter().map(|it| body.find(it.as_str()).unwrap()).collect();
    assert!(places.is_sorted(), "{body}");
    assert_eq!(service.get("api", "/health/live").await.unwrap().0, 200);
    until("readiness", async || service.get("api", "/health/ready").await.unwrap().0 == 200).await;
    assert_eq!(service.get("api", "/openapi.json").await.unwrap().0, 200);
}

#[tokio::test]
async fn the_documented_metrics_have_their_types() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    client.send(request(vec![span(1), span(2)]).encode_to_vec().into()).await.unwrap();
    let (code, text) = service.get("metrics", "/metrics").await.unwrap();
    assert_eq!(code, 200);
    for (name, kind) in [
        ("storage_connection_pool_active", "gauge"),
        ("storage_connection_pool_idle", "gauge"),
        ("storage_copy_write_duration_seconds", "histogram"),
        ("storage_copy_batch_size", "histogram"),
        ("storage_copy_errors_total", "counter"),
        ("storage_query_duration_seconds", "histogram"),
    ] {
        assert!(text.contains(&format!("# TYPE {name} {kind}\n")), "{name} in\n{text}");
    }
    assert_eq!(service.metric("storage_copy_batch_size_sum").await, Some(2.0));
}

#[tokio::test]
async fn healthcheck_asks_the_running_service() {
    let database = TestDatabase::create().await;
    let mut service = Start::into_database(database.url()).ready().await;
    let port = service.address("api").rsplit_once(':').unwrap().1.to_owned();
    let asked = Start::default().set("APP_PORT", &port).words(&["healthcheck"]).finish().await;
    assert!(asked.0.success() && asked.1.contains("\"healthy\""), "{asked:?}");
    service.kill().await;
    let asked = Start::default().set("APP_PORT", &port).words(&["healthcheck"]).finish().await;
    assert!(!asked.0.success() && asked.2.contains("APP_PORT"), "{asked:?}");
}
