//! Sent over OTLP, exported: the same.

use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;

use crate::admitted::requests;
use crate::export::{FORMATS, exported, send, service};
use crate::normal::{Normal, assert_same};

/// Requests of each signal; a few hundred records.
const REQUESTS: usize = 150;

async fn comes_out_as_it_came_in(signal: Signal) {
    let seed = rand::random();
    let sent = requests(signal, REQUESTS, seed);
    let database = TestDatabase::create().await;
    let service = service(&database).await;
    send(&service, signal, &sent).await;
    both_ways_are_used(&database, signal).await;
    let sent = Normal::of(signal, sent);
    // More than one a request, on average; some requests have none.
    assert!(sent.records() > REQUESTS / 4, "{} records, seed {seed}", sent.records());
    for format in FORMATS {
        let got = exported(&database, signal, format).await;
        let context = format!("{} as {}, seed {seed}", signal.name(), format.0);
        if format.0 == "otlp-json" {
            assert_same(&sent.clone().with_one_nan(), &got.with_one_nan(), &context);
        } else {
            assert_same(&sent, &got, &context);
        }
    }
}

/// Columns and originals: of records, and of what they name. Else this would prove half of what it should.
async fn both_ways_are_used(database: &TestDatabase, signal: Signal) {
    let tables = match signal {
        Signal::Traces => ["spans", "resources", "scopes"],
        Signal::Metrics => ["metric_points", "metric_series", "scopes"],
        Signal::Logs => ["log_records", "resources", "scopes"],
    };
    let sql = database.connect().await;
    for table in tables {
        let count = format!("SELECT count(original), count(*) FROM {table}");
        let row = sql.query_one(&count, &[]).await.unwrap();
        let [originals, all]: [i64; 2] = [row.get(0), row.get(1)];
        let columns = all - originals;
        assert!(originals >= 10 && columns >= 10, "{table}: {originals} originals, {columns} not");
    }
    if signal == Signal::Traces {
        let count = "SELECT count(*) FROM spans WHERE original IS NULL AND promoted IS NOT NULL";
        let promoted: i64 = sql.query_one(count, &[]).await.unwrap().get(0);
        assert!(promoted >= 10, "{promoted} spans have attributes in typed columns");
    }
}

#[tokio::test]
async fn generated_spans_come_out_as_they_came_in() {
    comes_out_as_it_came_in(Signal::Traces).await;
}

#[tokio::test]
async fn generated_log_records_come_out_as_they_came_in() {
    comes_out_as_it_came_in(Signal::Logs).await;
}

#[tokio::test]
async fn generated_data_points_come_out_as_they_came_in() {
    comes_out_as_it_came_in(Signal::Metrics).await;
}
