//! Prints which database the tests use, and clears away what earlier runs left in it.
#![expect(clippy::print_stdout, reason = "its purpose")]

use anyhow::Context;
use observatory_postgres::Edition;
use observatory_tests::database::TestDatabase;
use observatory_tests::service::PATIENCE;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let database = TestDatabase::create_migrated().await;
    let pool = sqlx::PgPool::connect(database.url()).await.context("connect")?;
    println!(
        "tests use {}",
        Edition::reconcile(&pool, PATIENCE).await.context("meet the database")?
    );
    pool.close().await;
    database.remove_left_over().await;
    database.remove().await;
    Ok(())
}
