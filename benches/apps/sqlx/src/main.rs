//! Brings its database up to date and asks it something.

use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;

static MIGRATIONS: Migrator = sqlx::migrate!("../../histories/100/plain");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = SqliteConnectOptions::new().filename("application.db").create_if_missing(true);
    let mut conn = options.connect().await?;
    MIGRATIONS.run(&mut conn).await?;
    let name: String = sqlx::query_scalar("SELECT name FROM customers").fetch_one(&mut conn).await?;
    println!("{name}");
    Ok(())
}
