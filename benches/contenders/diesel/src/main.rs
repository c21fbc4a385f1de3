//! diesel_migrations.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use contender::{Contender, PATIENCE, QUERY};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const TEN: EmbeddedMigrations = embed_migrations!("../../histories/10/diesel");
const HUNDRED: EmbeddedMigrations = embed_migrations!("../../histories/100/diesel");
const THOUSAND: EmbeddedMigrations = embed_migrations!("../../histories/1000/diesel");

fn migrate(size: usize, mut conn: SqliteConnection) -> Result<SqliteConnection> {
    // rusqlite turns foreign keys on for everybody else.
    conn.batch_execute(&format!("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = {}", PATIENCE.as_millis()))?;
    let ran = match size {
        10 => conn.run_pending_migrations(TEN),
        100 => conn.run_pending_migrations(HUNDRED),
        1000 => conn.run_pending_migrations(THOUSAND),
        _ => bail!("no history of {size}"),
    };
    ran.map(drop).map_err(|error| anyhow!(error))?;
    Ok(conn)
}

#[derive(QueryableByName)]
struct Customer {
    #[diesel(sql_type = Text)]
    name: String,
}

struct Diesel;

impl Contender for Diesel {
    type Connection = SqliteConnection;

    fn start(&self, size: usize, path: &Path) -> Result<SqliteConnection> {
        let path = path.to_str().context("a path that is not UTF-8")?;
        migrate(size, SqliteConnection::establish(path)?)
    }

    fn in_memory(&self, size: usize) -> Result<SqliteConnection> {
        migrate(size, SqliteConnection::establish(":memory:")?)
    }

    fn query(&self, conn: &mut SqliteConnection) -> Result<()> {
        let customer: Customer = diesel::sql_query(QUERY).get_result(conn)?;
        if customer.name.is_empty() { bail!("a customer without a name") } else { Ok(()) }
    }

    fn version(&self) -> Result<String> {
        Ok(rusqlite::version().to_owned())
    }
}

fn main() -> Result<()> {
    contender::main(&Diesel)
}
