//! rusqlite_migration.

use std::path::Path;

use anyhow::{Result, bail};
use contender::{Contender, OUTDATED, PATIENCE, QUERY};
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

const TEN: &[M<'_>] = &include!("../../../histories/10/rusqlite_migration.rs");
const HUNDRED: &[M<'_>] = &include!("../../../histories/100/rusqlite_migration.rs");
const THOUSAND: &[M<'_>] = &include!("../../../histories/1000/rusqlite_migration.rs");

fn migrate(size: usize, mut conn: Connection) -> Result<Connection> {
    let history = match size {
        10 => TEN,
        100 => HUNDRED,
        1000 => THOUSAND,
        _ => bail!("no history of {size}"),
    };
    Migrations::from_slice(history).to_latest(&mut conn)?;
    Ok(conn)
}

struct RusqliteMigration;

impl Contender for RusqliteMigration {
    type Connection = Connection;

    fn start(&self, size: usize, path: &Path) -> Result<Connection> {
        let conn = Connection::open(path)?;
        conn.busy_timeout(PATIENCE)?;
        migrate(size, conn)
    }

    fn in_memory(&self, size: usize) -> Result<Connection> {
        migrate(size, Connection::open_in_memory()?)
    }

    fn query(&self, conn: &mut Connection) -> Result<()> {
        Ok(conn.query_row(QUERY, [], |row| row.get::<_, String>(0)).map(drop)?)
    }

    fn outdated(&self, path: &Path) -> Result<()> {
        Ok(Migrations::from_slice(TEN).to_version(&mut Connection::open(path)?, OUTDATED)?)
    }

    fn version(&self) -> Result<String> {
        Ok(rusqlite::version().to_owned())
    }
}

fn main() -> Result<()> {
    contender::main(&RusqliteMigration)
}
