//! Makes a fresh, migrated database and prints its URL: against it the queries are checked.
#![expect(clippy::print_stdout, reason = "a tool")]

use observatory_tests::database::TestDatabase;

#[tokio::main]
async fn main() {
    let database = TestDatabase::create_migrated().await;
    println!("{}", database.url());
    // It outlives this process; a server of its own would not.
    std::mem::forget(database);
}
