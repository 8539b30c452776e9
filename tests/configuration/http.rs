//! Addresses, ports, and what is served on them.

use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::support::{Site, free_ports, get, send};

pub(crate) async fn every_port_is_where_it_is_told() {
    let site = Site::new().await;
    let ports: [u16; 4] = free_ports();
    let variables = ["OTLP_GRPC_PORT", "OTLP_HTTP_PORT", "APP_PORT", "METRICS_PORT"];
    let start = variables
        .iter()
        .zip(ports)
        .fold(site.start(), |start, (variable, port)| start.set(variable, &port.to_string()));
    let service = start.ready().await;
    for (name, port) in ["grpc", "http", "api", "metrics"].iter().zip(ports) {
        assert_eq!(service.address(name), format!("127.0.0.1:{port}"));
    }
    // Each is what it says.
    send(&service, 0..1).await.unwrap();
    let [_, http, api, metrics] = ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    assert_eq!(get(http, "/v1/traces").await.unwrap().0, 405);
    assert_eq!(get(api, "/health/live").await.unwrap().0, 200);
    let (code, text) = get(metrics, "/metrics").await.unwrap();
    assert!(code == 200 && text.contains("storage_records_stored_total 1\n"), "{text}");
}

pub(crate) async fn only_the_address_is_listened_on() {
    let site = Site::new().await;
    let (one, all) =
        (site.with("APP_HOST", "127.0.0.1").await, site.with("APP_HOST", "0.0.0.0").await);
    for name in ["grpc", "http", "api", "metrics"] {
        for (service, answers) in [(&one, false), (&all, true)] {
            let address: SocketAddr = service.address(name).parse().unwrap();
            assert!(TcpStream::connect(address).await.is_ok(), "{name}");
            // Another address of this machine.
            let other = SocketAddr::from(([127, 0, 0, 2], address.port()));
            assert_eq!(TcpStream::connect(other).await.is_ok(), answers, "{name} on {other}");
        }
    }
}

pub(crate) async fn health_is_served_unless_switched_off() {
    let site = Site::new().await;
    let (on, off) = (
        site.with("HEALTH_CHECK_ENABLED", "true").await,
        site.with("HEALTH_CHECK_ENABLED", "false").await,
    );
    assert_eq!(on.get("api", "/health").await.unwrap().0, 200);
    let (code, why) = off.get("api", "/health").await.unwrap();
    assert!(code == 404 && why.contains("HEALTH_CHECK_ENABLED"), "{code} {why}");
}

pub(crate) async fn metrics_are_served_unless_switched_off() {
    let site = Site::new().await;
    for (enabled, answers) in [("true", true), ("false", false)] {
        let [port] = free_ports();
        let start = site.start().set("METRICS_PORT", &port.to_string());
        let service = start.set("METRICS_ENABLED", enabled).ready().await;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(get(address, "/metrics").await.is_some(), answers, "METRICS_ENABLED={enabled}");
        assert_eq!(service.address("metrics").is_empty(), !answers);
    }
}
