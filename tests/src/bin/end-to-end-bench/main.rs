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

use clap::Parser;
use observatory_tests::database::OwnServer;
use observatory_tests::workload::Workload;

use figures::Figures;

/// Measures the whole service.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Rounds of ours and of raw copy
    #[arg(long, default_value_t = 6)]
    rounds: usize,
    /// Requests of 512 spans in a round of S
    #[arg(long, default_value_t = 400)]
    small: u64,
    /// Requests of 64 spans in a round of L
    #[arg(long, default_value_t = 400)]
    large: u64,
    /// Connections of the load generator, each with one request in flight
    #[arg(long, default_value_t = 16)]
    senders: usize,
    /// A variable of the service, to see what it changes; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    set: Vec<(String, String)>,
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
    for (workload, requests) in [(Workload::S, options.small), (Workload::L, options.large)] {
        let figures = measure(&server, workload, requests, &options).await;
        figures.tell(workload, requests);
    }
}

async fn measure(
    server: &OwnServer,
    workload: Workload,
    requests: u64,
    options: &Options,
) -> Figures {
    let mut figures = Figures::default();
    // The first round warms everything up, and gives the rows that raw copy sends.
    let load = ours::Load { workload, requests, senders: options.senders, set: &options.set };
    let (_, given) = ours::round(server, load, raw::Dump::take).await;
    for number in 0..options.rounds {
        let ours_first = number % 2 == 0;
        if ours_first {
            figures.ours.push(ours::round(server, load, ours::keep_nothing).await.0);
        }
        figures.raw.push(raw::round(server, &given).await);
        if !ours_first {
            figures.ours.push(ours::round(server, load, ours::keep_nothing).await.0);
        }
    }
    figures
}
