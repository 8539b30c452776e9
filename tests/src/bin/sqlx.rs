//! sqlx-cli, from this workspace's own lock file.

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    sqlx::any::install_default_drivers();
    sqlx_cli::maybe_apply_dotenv();
    sqlx_cli::run(sqlx_cli::Opt::parse()).await
}
