//! Makes a fresh, migrated database and prints its URL: against it the queries are checked.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a tool")]

use observatory_ports::driven::Migrations;
use observatory_postgres::SqlxMigrations;
use observatory_tests::database::TestDatabase;

#[tokio::main]
async fn main() {
    let database = TestDatabase::create().await;
    let pool = sqlx::PgPool::connect(database.url()).await.expect("connect");
    SqlxMigrations::new(pool).run().await.expect("migrate");
    println!("{}", database.url());
    // It outlives this process; a server of its own would not.
    std::mem::forget(database);
}
