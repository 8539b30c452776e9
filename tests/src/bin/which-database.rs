//! Prints which database the tests use, and clears away what earlier runs left in it.
#![expect(clippy::print_stdout, reason = "its purpose")]

use anyhow::Context;
use observatory_ports::driven::Migrations;
use observatory_postgres::{Edition, SqlxMigrations};
use observatory_tests::database::TestDatabase;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let pool = sqlx::PgPool::connect(database.url()).await.context("connect")?;
    SqlxMigrations::new(pool.clone()).run().await.context("migrate")?;
    println!("tests use {}", Edition::reconcile(&pool).await.context("meet the database")?);
    pool.close().await;
    database.remove_left_over().await;
    database.remove().await;
    Ok(())
}
