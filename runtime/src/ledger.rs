//! The ledger: a table in the user's database that says which migrations it has run.

use std::ops::Deref;
use std::time::Duration;

use onward_core::ledger::{
    ADOPT_LEDGER, COLUMNS, CREATE_LEDGER, DELETE_FROM_LEDGER, INSERT_LEDGER, LEDGER, NEWEST_CHAIN, Row,
    select,
};
use onward_core::name::Ident;
use rusqlite::types::Value;
use rusqlite::{Connection, DropBehavior, OptionalExtension, Result, Transaction, params};

use crate::error::{self, Error};
use crate::migrations::{Migration, Migrations};

/// The chain of the newest row, if there is one and the ledger is a table.
///
/// SQLite reads the schema in a transaction of its own, unless there is one by then: a read that needs no schema comes
/// first, and all share its lock. That costs a third of what they do apart.
pub(crate) fn newest_chain(conn: &Connection) -> Result<Option<String>> {
    let read = Reading::begin(conn)?;
    let schema: i64 = read.query_row("PRAGMA main.schema_version", [], |row| row.get(0))?;
    if schema == 0 {
        // A new file.
        return Ok(None);
    }
    // A view of that name may run for ever. This looks into the schema that SQLite has read, and costs next to nothing. Not
    // with the column: of a virtual table SQLite has read none yet, and it looks all the same.
    if !read.table_exists(Some("main"), LEDGER)? {
        return Ok(None);
    }
    read.query_row(NEWEST_CHAIN, [], |row| row.get(0)).optional()
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
/// [`Error::NotALedger`], or that the database cannot be read.
pub(crate) fn read(conn: &Connection) -> error::Result<Option<Vec<Row>>> {
    let reading = Error::sqlite("read the ledger");
    let sql = "SELECT type, rootpage FROM main.sqlite_schema
               WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view', 'index')";
    let found = conn.query_row(sql, [LEDGER], |row| Ok((row.get(0)?, row.get(1)?))).optional();
    let Some((kind, page)) = found.map_err(&reading)? else { return Ok(None) };
    let other = |found: String| Err(Error::NotALedger { path: None, found });
    let (kind, page): (String, Option<i64>) = (kind, page);
    match (kind.as_str(), page) {
        ("view", _) => return other("a view".to_owned()),
        ("index", _) => return other("an index".to_owned()),
        (_, None | Some(0)) => return other("a virtual table".to_owned()),
        _ => {}
    }
    let columns = columns(conn).map_err(&reading)?;
    let is_computed = |wanted: &str| {
        let found = columns.iter().find(|(name, _)| Ident(name) == wanted);
        found.map(|(_, computed)| *computed)
    };
    for wanted in COLUMNS {
        match is_computed(wanted) {
            Some(false) => {}
            Some(true) => return other(format!("a table that computes its column `{wanted}`")),
            None => return other(format!("a table without a column `{wanted}`")),
        }
    }
    match rows(conn, is_computed("adopted") == Some(false)) {
        Err(rusqlite::Error::InvalidColumnType(_, column, kind)) => {
            other(format!("a table with a value of type {kind} in its column `{column}`"))
        }
        rows => rows.map(Some).map_err(&reading),
    }
}

/// The names of the ledger's columns, and whether the table computes them.
fn columns(conn: &Connection) -> Result<Vec<(String, bool)>> {
    let mut query = conn.prepare(&format!("PRAGMA main.table_xinfo({LEDGER})"))?;
    query.query_map([], |row| Ok((row.get("name")?, row.get::<_, i64>("hidden")? != 0)))?.collect()
}

pub(crate) fn create(conn: &Connection) -> Result<()> {
    conn.execute_batch(CREATE_LEDGER)
}

/// All rows in order of version.
fn rows(conn: &Connection, has_adopted: bool) -> Result<Vec<Row>> {
    let mut query = conn.prepare(&select(has_adopted))?;
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
pub(crate) fn contents(conn: &Connection) -> Result<Vec<Vec<Value>>> {
    let schema =
        format!("SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name = '{LEDGER}' COLLATE NOCASE");
    let mut contents = values(conn, &schema)?;
    if !contents.is_empty() {
        contents.extend(values(conn, &format!("SELECT * FROM main.{LEDGER} ORDER BY version"))?);
    }
    Ok(contents)
}

fn values(conn: &Connection, sql: &str) -> Result<Vec<Vec<Value>>> {
    let mut query = conn.prepare(sql)?;
    let columns = query.column_count();
    query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?.collect()
}

/// The databases that are attached to a connection.
pub(crate) fn attached(conn: &Connection) -> Result<Vec<String>> {
    // As a statement it reads nothing of the file; as a table it would wait for the lock.
    let mut query = conn.prepare("PRAGMA database_list")?;
    let databases = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // The first two are the main one, under whatever name, and the temporary one.
    let attached =
        databases.filter(|database| database.as_ref().map_or(true, |(number, _): &(i64, _)| *number > 1));
    attached.map(|database| database.map(|(_, name)| name)).collect()
}

/// Writes that a database without a ledger was taken over with these migrations.
pub(crate) fn adopt(conn: &Connection, list: &[Migration]) -> Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    let taken: Vec<_> = list.iter().map(|migration| (migration, Duration::ZERO)).collect();
    insert(conn, &taken)?;
    conn.execute_batch(ADOPT_LEDGER)
}

/// Writes that these migrations have run.
pub(crate) fn insert(conn: &Connection, ran: &[(&Migration, Duration)]) -> Result<()> {
    let mut insert = conn.prepare(INSERT_LEDGER)?;
    for (migration, took) in ran {
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        let (checksum, chain) = (migration.checksum.to_string(), migration.chain.to_string());
        insert.execute(params![migration.version, migration.name(), checksum, chain, micros])?;
    }
    Ok(())
}

/// Writes that this migration and those after it have not run.
pub(crate) fn remove(conn: &Connection, from: i64) -> Result<()> {
    conn.execute(DELETE_FROM_LEDGER, [from]).map(drop)
}

/// Reads back what was written: these migrations, and no others, of which the first so many were there when the database
/// was taken over. A trigger or an authorizer can keep a row away without an error, and what it stands for would run again.
///
/// # Errors
/// [`Error::LedgerNotWritten`], or that the ledger cannot be read.
pub(crate) fn written(conn: &Connection, list: &[Migration], adopted: usize) -> error::Result<()> {
    let expected = list.iter().enumerate().map(|(index, migration)| {
        let (checksum, chain) = (migration.checksum.to_string(), migration.chain.to_string());
        (migration.version, checksum, chain, index < adopted)
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
    Err(Error::LedgerNotWritten { path: None, triggers })
}

/// The names of the triggers on the ledger, those of the connection among them.
fn triggers(conn: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT name FROM (SELECT * FROM main.sqlite_schema UNION ALL SELECT * FROM temp.sqlite_schema)
               WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
    conn.prepare(sql)?.query_map([LEDGER], |row| row.get(0))?.collect()
}

/// The names of what a database without a ledger holds already, SQLite's own tables and those that others make aside, with
/// the indexes and triggers of these.
pub(crate) fn strangers(conn: &Connection, migrations: &Migrations) -> Result<Vec<String>> {
    let sql = "SELECT name, tbl_name FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
    let mut query = conn.prepare(sql)?;
    let all = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>>>()?;
    let is_ours = |(_, table): &(String, String)| !migrations.is_external(table);
    Ok(all.into_iter().filter(is_ours).map(|(name, _)| name).collect())
}

/// Whether a database has nothing at all.
pub(crate) fn is_empty(conn: &Connection) -> Result<bool> {
    conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM main.sqlite_schema)", [], |row| row.get(0))
}
