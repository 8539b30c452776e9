//! What the whole service costs, against a client that only copies (docs/BENCHMARKS.md).
//!
//! Each round has a database of its own: fresh chunks, then CHECKPOINT. Ours and the raw copy take
//! turns (A B B A), medians are told with their spread, and stored = sent is asserted. Processor
//! times are the system's own accounting, in ticks of 10 ms; the load generator's are in none.
#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a tool")]

mod cpu;
mod figures;
mod ours;
mod raw;

use std::path::PathBuf;

use clap::Parser;
use observatory_tests::database::OwnServer;
use observatory_tests::workload::Workload;
use tokio_postgres::Client;

use figures::Figures;

/// Measures the whole service.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Rounds of ours and of raw copy
    #[arg(long, default_value_t = 6)]
    rounds: usize,
    /// Requests in a round
    #[arg(long, default_value_t = 400)]
    requests: u64,
    /// What to measure: S (spans), L (large spans), M (metrics), G (logs)
    #[arg(long, value_delimiter = ',', default_value = "S,L,M,G", value_parser = workload)]
    workloads: Vec<Workload>,
    /// The service of another build, to compare with in the same run
    #[arg(long, value_name = "BINARY")]
    against: Option<PathBuf>,
    /// Connections of the load generator, each with one request in flight
    #[arg(long, default_value_t = 16)]
    senders: usize,
    /// A variable of the service, to see what it changes; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    set: Vec<(String, String)>,
}

fn workload(name: &str) -> Result<Workload, &'static str> {
    let found = Workload::ALL.into_iter().find(|it| it.name() == name);
    found.ok_or("valid are S, L, M and G")
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let pair = text.split_once('=').ok_or("valid is NAME=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let server = OwnServer::start().await.expect("a container engine");
    // Its work would fall into whichever round it likes.
    let sql = observatory_tests::database::connect(server.url()).await.unwrap();
    sql.batch_execute("ALTER SYSTEM SET autovacuum = off").await.unwrap();
    sql.batch_execute("ALTER SYSTEM SET max_wal_size = '8GB'").await.unwrap();
    sql.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    let cores = std::thread::available_parallelism().unwrap();
    println!("{cores} cores, {} senders, {} rounds of each", options.senders, options.rounds);
    figures::head();
    for &workload in &options.workloads {
        measure(&server, workload, &options).await.tell(workload, options.requests);
    }
}

async fn measure(server: &OwnServer, workload: Workload, options: &Options) -> Figures {
    let mut figures = Figures::default();
    let ours = ours::Load {
        workload,
        requests: options.requests,
        senders: options.senders,
        set: &options.set,
        binary: None,
    };
    let other = options.against.as_deref().map(|it| ours::Load { binary: Some(it), ..ours });
    // The first round warms everything up, and gives the rows that raw copy sends.
    let take = async |sql: &Client, rows| raw::Dump::take(sql, workload.table(), rows).await;
    let (_, given) = ours::round(server, ours, take).await;
    for number in 0..options.rounds {
        let mut turns = [Turn::Ours, Turn::Raw, Turn::Other];
        if number % 2 == 1 {
            turns.reverse();
        }
        for turn in turns {
            match (turn, other) {
                (Turn::Ours, _) => {
                    figures.ours.push(ours::round(server, ours, ours::keep_nothing).await.0);
                }
                (Turn::Raw, _) => figures.raw.push(raw::round(server, &given).await),
                (Turn::Other, Some(other)) => {
                    figures.other.push(ours::round(server, other, ours::keep_nothing).await.0);
                }
                (Turn::Other, None) => {}
            }
        }
    }
    figures
}

/// Who does a round.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Ours,
    Raw,
    Other,
}
