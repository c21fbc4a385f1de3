//! Writes the ledger, and reads back what was written.

use std::time::Duration;

use onward_core::ledger::{ADOPT_LEDGER, CREATE_LEDGER, DELETE_FROM_LEDGER, INSERT_LEDGER, LEDGER, Row};
use rusqlite::{Connection, Result, params};

use super::read::rows;
use crate::error::{self, Error, ErrorKind};
use crate::history::List;

pub(crate) fn create(conn: &Connection) -> Result<()> {
    conn.execute_batch(CREATE_LEDGER)
}

/// Writes that a database without a ledger was adopted with these migrations.
pub(crate) fn adopt(conn: &Connection, list: List<'_>) -> Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    insert(conn, list, &vec![Duration::ZERO; list.len()])?;
    conn.execute_batch(ADOPT_LEDGER)
}

/// Writes that these migrations have run, and how long each took.
pub(crate) fn insert(conn: &Connection, list: List<'_>, took: &[Duration]) -> Result<()> {
    let mut insert = conn.prepare(INSERT_LEDGER)?;
    for ((migration, chain), took) in list.chained().zip(took) {
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        let (checksum, chain) = (migration.checksum().to_string(), chain.to_string());
        insert.execute(params![migration.version(), migration.name(), checksum, chain, micros])?;
    }
    Ok(())
}

/// Writes that this migration and those after it have not run.
pub(crate) fn remove(conn: &Connection, from: i64) -> Result<()> {
    conn.execute(DELETE_FROM_LEDGER, [from]).map(drop)
}

/// Reads back what was written: these migrations, and no others, of which the first so many were there when the database
/// was adopted. A trigger or an authorizer can keep a row away without an error, and what it stands for would run again.
///
/// # Errors
/// [`ErrorKind::LedgerNotWritten`], or that the ledger cannot be read.
pub(crate) fn written(conn: &Connection, list: List<'_>, adopted: usize) -> error::Result<()> {
    let expected = list.chained().enumerate().map(|(index, (migration, chain))| {
        let (checksum, chain) = (migration.checksum().to_string(), chain.to_string());
        (migration.version(), checksum, chain, index < adopted)
    });
    // Who took the database over earlier has written so then.
    let is_adopted = |row: &Row| adopted > 0 && row.adopted;
    let is_written = match rows(conn, adopted > 0) {
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
    let triggers = triggers(conn).map_err(Error::sqlite("read the schema"))?;
    Err(ErrorKind::LedgerNotWritten { triggers }.into())
}

/// The names of the triggers on the ledger, those of the connection among them.
fn triggers(conn: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT name FROM (SELECT * FROM main.sqlite_schema UNION ALL SELECT * FROM temp.sqlite_schema)
               WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
    conn.prepare(sql)?.query_map([LEDGER], |row| row.get(0))?.collect()
}
