//! Reads the ledger, and looks first whether it is one.

use std::ops::Deref;

use onward_core::ledger::{COLUMNS, Ledger, Row};
use onward_schema::driver;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Result, Statement};

use super::table::{Named, is_computed, lacking, named};
use crate::error::{self, Error, ErrorKind};

/// The chain of the newest row, if there is one and the ledger is a table.
///
/// SQLite reads the schema in a transaction of its own, unless there is one by then: a read that needs no schema comes
/// first, and all share its lock. That costs a third of what they do apart.
pub(crate) fn newest_chain(conn: &Connection, ledger: Ledger<'_>) -> Result<Option<String>> {
    let read = Reading::begin(conn)?;
    let schema: i64 = read.query_row("PRAGMA main.schema_version", [], |row| row.get(0))?;
    if schema == 0 {
        // A new file.
        return Ok(None);
    }
    // A view of that name may run for ever. This looks into the schema that SQLite has read, and costs next to nothing. Not
    // with the column: of a virtual table SQLite has read none yet, and it looks all the same.
    if !driver::has_table(&read, ledger.table())? {
        return Ok(None);
    }
    read.query_row(&ledger.newest_chain(), [], |row| row.get(0)).optional()
}

/// Several reads of one moment, unless the caller has a transaction of its own.
pub(crate) struct Reading<'c> {
    conn: &'c Connection,
    /// A rollback would call the application's hook for it. Prepared before there is anything to end: while another connection
    /// to a [shared cache](https://www.sqlite.org/sharedcache.html#schema_level_locking) changes the schema, SQLite prepares
    /// nothing.
    end: Option<Statement<'c>>,
}

impl<'c> Reading<'c> {
    pub(crate) fn begin(conn: &'c Connection) -> Result<Reading<'c>> {
        if !conn.is_autocommit() {
            return Ok(Reading { conn, end: None });
        }
        let end = conn.prepare("COMMIT")?;
        conn.execute_batch("BEGIN")?;
        Ok(Reading { conn, end: Some(end) })
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if let Some(end) = &mut self.end
            && end.execute([]).is_err()
            && !self.conn.is_autocommit()
        {
            // What was read stays right.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

/// All rows in order of version; `None` if the database has no ledger.
///
/// What has its name is looked at first: to read a view or a computed column is to run somebody's code.
///
/// # Errors
/// [`ErrorKind::NotALedger`], or that the database cannot be read.
pub(crate) fn read(conn: &Connection, ledger: Ledger<'_>) -> error::Result<Option<Vec<Row>>> {
    let reading = Error::sqlite("read the ledger");
    let other = |found: String| Err(Error::from(ErrorKind::NotALedger { found }).of(ledger));
    if is_as_made(conn, ledger).map_err(&reading)? {
        return rows(conn, ledger, false).map(Some).map_err(&reading);
    }
    let columns = match named(conn, ledger.table()).map_err(&reading)? {
        None => return Ok(None),
        Some(Named::Other(found)) => return other(found.to_owned()),
        Some(Named::Table(columns)) => columns,
    };
    if let Some(found) = lacking(&columns, &COLUMNS) {
        return other(found);
    }
    match rows(conn, ledger, is_computed(&columns, "adopted") == Some(false)) {
        Err(rusqlite::Error::InvalidColumnType(_, column, kind)) => {
            other(format!("a table with a value of type {kind} in its column `{column}`"))
        }
        rows => rows.map(Some).map_err(&reading),
    }
}

/// Whether it is the table that onward makes, to the letter: nothing more has to be asked of it then, as of nearly all.
fn is_as_made(conn: &Connection, ledger: Ledger<'_>) -> Result<bool> {
    let sql =
        "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ?1 AND sql = ?2";
    conn.prepare(sql)?.exists([ledger.table(), &ledger.text()])
}

/// All rows in order of version.
pub(super) fn rows(conn: &Connection, ledger: Ledger<'_>, has_adopted: bool) -> Result<Vec<Row>> {
    let mut query = conn.prepare(&ledger.select(has_adopted))?;
    let rows = query.query_map([], |row| {
        Ok(Row {
            version: row.get(0)?,
            name: row.get(1)?,
            checksum: row.get(2)?,
            chain: row.get(3)?,
            applied_at: row.get(4)?,
            adopted: row.get(5).unwrap_or(false),
        })
    })?;
    rows.collect()
}

/// All that makes the ledger what it is: its text, what is on it, and its rows.
pub(crate) fn contents(conn: &Connection, ledger: Ledger<'_>) -> Result<Vec<Vec<Value>>> {
    let table = ledger.table();
    let schema =
        format!("SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name = '{table}' COLLATE NOCASE");
    let mut contents = values(conn, &schema)?;
    if !contents.is_empty() {
        contents.extend(values(conn, &format!("SELECT * FROM main.{table} ORDER BY version"))?);
    }
    Ok(contents)
}

fn values(conn: &Connection, sql: &str) -> Result<Vec<Vec<Value>>> {
    let mut query = conn.prepare(sql)?;
    let columns = query.column_count();
    query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_ends_although_the_cache_that_it_shares_is_being_changed() {
        let open = || Connection::open("file:a_read_ends?mode=memory&cache=shared").unwrap();
        let (reader, writer) = (open(), open());
        let read = Reading::begin(&reader).unwrap();
        writer.execute_batch("BEGIN IMMEDIATE; CREATE TABLE t(a)").unwrap();
        assert!(read.prepare("SELECT 1").is_err());
        drop(read);
        assert!(reader.is_autocommit());
        writer.execute_batch("COMMIT").unwrap();
        assert!(newest_chain(&reader, Ledger::default()).unwrap().is_none());
        assert!(reader.is_autocommit());
    }
}
