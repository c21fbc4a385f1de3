//! sqlx.

use std::path::Path;

use anyhow::{Result, bail};
use contender::{Contender, PATIENCE, QUERY};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, migrate};
use tokio::runtime::{Builder, Runtime};

static TEN: Migrator = migrate!("../../histories/10/plain");
static HUNDRED: Migrator = migrate!("../../histories/100/plain");
static THOUSAND: Migrator = migrate!("../../histories/1000/plain");

fn history(size: usize) -> Result<&'static Migrator> {
    Ok(match size {
        10 => &TEN,
        100 => &HUNDRED,
        1000 => &THOUSAND,
        _ => bail!("no history of {size}"),
    })
}

/// An application has its runtime already, so that it is not part of what is measured.
struct Sqlx {
    runtime: Runtime,
}

impl Sqlx {
    fn migrate(&self, size: usize, options: SqliteConnectOptions) -> Result<SqliteConnection> {
        self.runtime.block_on(async {
            let mut conn = options.busy_timeout(PATIENCE).connect().await?;
            history(size)?.run(&mut conn).await?;
            Ok(conn)
        })
    }
}

impl Contender for Sqlx {
    type Connection = SqliteConnection;

    fn start(&self, size: usize, path: &Path) -> Result<SqliteConnection> {
        self.migrate(size, SqliteConnectOptions::new().filename(path).create_if_missing(true))
    }

    fn in_memory(&self, size: usize) -> Result<SqliteConnection> {
        self.migrate(size, SqliteConnectOptions::new().in_memory(true))
    }

    fn query(&self, conn: &mut SqliteConnection) -> Result<()> {
        let row: (String, String) = self.runtime.block_on(sqlx::query_as(QUERY).fetch_one(conn))?;
        if row.0.is_empty() { bail!("a customer without a name") } else { Ok(()) }
    }

    fn version(&self) -> Result<String> {
        self.runtime.block_on(async {
            let mut conn = SqliteConnectOptions::new().in_memory(true).connect().await?;
            Ok(sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut conn).await?)
        })
    }
}

fn main() -> Result<()> {
    contender::main(&Sqlx { runtime: Builder::new_current_thread().enable_all().build()? })
}
