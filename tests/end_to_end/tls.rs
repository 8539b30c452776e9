//! `sslmode`, with libpq's meanings, against a real server.

use std::net::IpAddr;
use std::path::Path;

use observatory_tests::database::{OwnServer, connect, skipped_without_engine};
use observatory_tests::service::{Start, until};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// An authority, and how it signs for others.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for `name`, and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn save(&self, folder: &Path, name: &str) -> String {
        let path = folder.join(name);
        std::fs::write(&path, &self.pem).unwrap();
        path.display().to_string()
    }
}

/// Lets the server present `certificate` from now on.
async fn serve_tls(server: &OwnServer, (certificate, key): (String, String)) {
    let sql = connect(server.url()).await.unwrap();
    for (name, pem) in [("server.crt", certificate), ("server.key", key)] {
        // A server takes no key that others may read.
        let lines = format!("SELECT unnest(string_to_array('{}', E'\\n'))", pem.trim());
        let copy = format!("COPY ({lines}) TO PROGRAM 'umask 077; cat > {name}'");
        sql.batch_execute(&copy).await.unwrap();
    }
    sql.batch_execute("ALTER SYSTEM SET ssl = on").await.unwrap();
    sql.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    until("the server speaks TLS", async || {
        let row = sql.query_one("SHOW ssl", &[]).await.unwrap();
        row.get::<_, String>(0) == "on"
    })
    .await;
}

/// Connections of the service that are encrypted, and those that are not.
async fn encrypted(server: &OwnServer) -> (i64, i64) {
    let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) \
               FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
               WHERE application_name = 'llm-observatory-storage'";
    let row = connect(server.url()).await.unwrap().query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn each_sslmode_trusts_what_libpq_would() {
    let Some(server) = OwnServer::start().await else {
        return skipped_without_engine("each_sslmode_trusts_what_libpq_would");
    };
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (Authority::new(), Authority::new());
    let (root, wrong) =
        (ours.save(folder.path(), "ca.pem"), other.save(folder.path(), "other.pem"));
    let start = |mode: &str, root: Option<&String>| {
        let root = root.map_or_else(String::new, |it| format!("&sslrootcert={it}"));
        let url = format!("{}?sslmode={mode}{root}", server.url());
        Start::into_database(&url).set("DB_STARTUP_TIMEOUT", "0")
    };
    let plain = start("require", None).finish().await;
    assert!(!plain.0.success(), "a server without TLS: {plain:?}");

    serve_tls(&server, ours.sign("db.internal")).await;
    for (mode, root) in
        [("prefer", None), ("require", None), ("require", Some(&root)), ("verify-ca", Some(&root))]
    {
        let service = start(mode, root).ready().await;
        let (encrypted, open) = encrypted(&server).await;
        assert!(encrypted > 2 && open == 0, "{mode}: {encrypted} encrypted, {open} not");
        drop(service);
    }
    let disabled = start("disable", None).ready().await;
    until(
        "only open connections",
        async || matches!(encrypted(&server).await, (0, open) if open > 0),
    )
    .await;
    drop(disabled);
    for (mode, root) in [
        ("verify-full", Some(&root)),
        ("verify-ca", Some(&wrong)),
        ("require", Some(&wrong)),
        ("verify-full", None),
    ] {
        let (status, _, error) = start(mode, root).finish().await;
        assert!(!status.success() && error.contains("certificate"), "{mode} {root:?}: {error}");
    }

    let address = server.url().rsplit_once('@').unwrap().1.rsplit_once(':').unwrap().0;
    assert!(address.parse::<IpAddr>().is_ok());
    serve_tls(&server, ours.sign(address)).await;
    let named = async || {
        // The server takes the new certificate a moment after it was told.
        let (status, ..) =
            start("verify-full", Some(&root)).words(&["migrate", "info"]).finish().await;
        status.success()
    };
    until("verify-full trusts the right name", named).await;
    let _service = start("verify-full", Some(&root)).ready().await;
}
