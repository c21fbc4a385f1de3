//! Brings its database up to date and asks it something.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../histories/100/diesel");

#[derive(QueryableByName)]
struct Customer {
    #[diesel(sql_type = Text)]
    name: String,
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut conn = SqliteConnection::establish("application.db")?;
    conn.run_pending_migrations(MIGRATIONS)?;
    let customer: Customer = diesel::sql_query("SELECT name FROM customers").get_result(&mut conn)?;
    println!("{}", customer.name);
    Ok(())
}
