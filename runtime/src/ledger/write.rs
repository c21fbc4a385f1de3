//! Writes the ledger, and reads back what was written.

use std::time::Duration;

use onward_core::ledger::{Ledger, Row};
use rusqlite::{Connection, Result, params};

use super::read::rows;
use crate::error::{self, Error, ErrorKind};
use crate::history::List;

pub(crate) fn create(conn: &Connection, ledger: Ledger<'_>) -> Result<()> {
    conn.execute_batch(&ledger.create())
}

/// Writes that a database without a ledger was adopted with these migrations.
pub(crate) fn adopt(conn: &Connection, ledger: Ledger<'_>, list: List<'_>) -> Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    insert(conn, ledger, list, &vec![Duration::ZERO; list.len()])?;
    conn.execute_batch(&ledger.adopt())
}

/// Writes that these migrations have run, and how long each took.
pub(crate) fn insert(conn: &Connection, ledger: Ledger<'_>, list: List<'_>, took: &[Duration]) -> Result<()> {
    let mut insert = conn.prepare(&ledger.insert())?;
    for ((migration, chain), took) in list.chained().zip(took) {
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        let (checksum, chain) = (migration.checksum().to_string(), chain.to_string());
        insert.execute(params![migration.version(), migration.name(), checksum, chain, micros])?;
    }
    Ok(())
}

/// Writes that this migration and those after it have not run.
pub(crate) fn remove(conn: &Connection, ledger: Ledger<'_>, from: i64) -> Result<()> {
    conn.execute(&ledger.delete(), [from]).map(drop)
}

/// Reads back what was written: these migrations, and no others, of which the first so many were there when the database
/// was adopted. A trigger or an authorizer can keep a row away without an error, and what it stands for would run again.
///
/// # Errors
/// [`ErrorKind::LedgerNotWritten`], or that the ledger cannot be read.
pub(crate) fn written(
    conn: &Connection,
    ledger: Ledger<'_>,
    list: List<'_>,
    adopted: usize,
) -> error::Result<()> {
    let expected = list.chained().enumerate().map(|(index, (migration, chain))| {
        let (checksum, chain) = (migration.checksum().to_string(), chain.to_string());
        (migration.version(), checksum, chain, index < adopted)
    });
    // Who took the database over earlier has written so then.
    let is_adopted = |row: &Row| adopted > 0 && row.adopted;
    let is_written = match rows(conn, ledger, adopted > 0) {
        Ok(rows) => rows
            .iter()
            .map(|row| (row.version, row.checksum.clone(), row.chain.clone(), is_adopted(row)))
            .eq(expected),
        Err(rusqlite::Error::InvalidColumnType(..)) => false,
        Err(error) => return Err(Error::sqlite("read the ledger")(error)),
    };
    if is_written {
        return Ok(());
    }
    let triggers = triggers(conn, ledger).map_err(Error::sqlite("read the schema"))?;
    Err(Error::from(ErrorKind::LedgerNotWritten { triggers }).of(ledger))
}

/// The names of the triggers on the ledger, those of the connection among them.
fn triggers(conn: &Connection, ledger: Ledger<'_>) -> Result<Vec<String>> {
    let sql = "SELECT name FROM (SELECT * FROM main.sqlite_schema UNION ALL SELECT * FROM temp.sqlite_schema)
               WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
    conn.prepare(sql)?.query_map([ledger.table()], |row| row.get(0))?.collect()
}
