//! Writes the ledger, and reads back what was written.

use std::time::Duration;

use onward_core::ledger::Ledger;
use rusqlite::{Connection, Result, params};

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
    if are(conn, ledger, list, adopted).map_err(Error::sqlite("read the ledger"))? {
        return Ok(());
    }
    let triggers = triggers(conn, ledger).map_err(Error::sqlite("read the schema"))?;
    Err(Error::from(ErrorKind::LedgerNotWritten { triggers }).of(ledger))
}

/// Whether the rows are these, and of types that can be read again.
fn are(conn: &Connection, ledger: Ledger<'_>, list: List<'_>, adopted: usize) -> Result<bool> {
    // Who took the database over earlier has written so then.
    let mut query = conn.prepare(&ledger.select(adopted > 0))?;
    let mut rows = query.query([])?;
    for (index, (migration, chain)) in list.chained().enumerate() {
        let Some(row) = rows.next()? else { return Ok(false) };
        let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str().ok());
        let is_sum =
            |column, sum| Ok::<_, rusqlite::Error>(text(column)?.is_some_and(|text| text.parse() == Ok(sum)));
        let is_row = row.get_ref(0)?.as_i64() == Ok(migration.version())
            && text(1)?.is_some()
            && is_sum(2, migration.checksum())?
            && is_sum(3, chain)?
            && text(4)?.is_some()
            && row.get::<_, bool>(5).unwrap_or(false) == (index < adopted);
        if !is_row {
            return Ok(false);
        }
    }
    Ok(rows.next()?.is_none())
}

/// The names of the triggers on the ledger, those of the connection among them.
fn triggers(conn: &Connection, ledger: Ledger<'_>) -> Result<Vec<String>> {
    let sql = "SELECT name FROM (SELECT * FROM main.sqlite_schema UNION ALL SELECT * FROM temp.sqlite_schema)
               WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
    conn.prepare(sql)?.query_map([ledger.table()], |row| row.get(0))?.collect()
}
