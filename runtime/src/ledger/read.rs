//! Reads the ledger, and looks first whether it is one.

use std::ops::Deref;

use onward_core::ledger::{COLUMNS, Ledger, Row};
use onward_schema::driver;
use rusqlite::types::Value;
use rusqlite::{Connection, DropBehavior, OptionalExtension, Result, Transaction};

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
    _transaction: Option<Transaction<'c>>,
}

impl<'c> Reading<'c> {
    pub(crate) fn begin(conn: &'c Connection) -> Result<Reading<'c>> {
        let mut transaction = conn.is_autocommit().then(|| conn.unchecked_transaction()).transpose()?;
        if let Some(transaction) = &mut transaction {
            // A rollback would call the application's hook for it.
            transaction.set_drop_behavior(DropBehavior::Commit);
        }
        Ok(Reading { conn, _transaction: transaction })
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
