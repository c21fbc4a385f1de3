//! The ledger: a table in the user's database that says which migrations it has run.

use std::time::Duration;

use onward_schema::{CREATE_LEDGER, INSERT_LEDGER, LEDGER};
use rusqlite::types::Value;
use rusqlite::{Connection, DropBehavior, OptionalExtension, Result, params};

use crate::migrations::Migration;

/// A row of the ledger, as it was written when the migration ran: the checksum in hexadecimal digits, the time in UTC.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) checksum: String,
    pub(crate) chain: String,
    pub(crate) applied_at: String,
    /// It has not run here: the database was taken over with it.
    pub(crate) adopted: bool,
}

/// The chain of the newest row, if there is one.
///
/// SQLite reads the schema in a transaction of its own, unless there is one by then: a read that needs no schema comes
/// first, and all three share its lock. That costs a third of what they do apart.
pub(crate) fn newest_chain(conn: &Connection) -> Result<Option<String>> {
    let mut read = conn.unchecked_transaction()?;
    // A rollback would call the application's hook for it.
    read.set_drop_behavior(DropBehavior::Commit);
    let version: i64 = read.query_row("PRAGMA main.schema_version", [], |row| row.get(0))?;
    if version == 0 {
        // A new file.
        return Ok(None);
    }
    let sql = format!("SELECT chain FROM main.{LEDGER} ORDER BY version DESC LIMIT 1");
    read.query_row(&sql, [], |row| row.get(0)).optional()
}

/// Whether the database has a ledger.
pub(crate) fn exists(conn: &Connection) -> Result<bool> {
    let sql = "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
    Ok(conn.query_row(sql, [LEDGER], |_| Ok(())).optional()?.is_some())
}

pub(crate) fn create(conn: &Connection) -> Result<()> {
    conn.execute_batch(CREATE_LEDGER)
}

/// All rows in order of version.
pub(crate) fn rows(conn: &Connection) -> Result<Vec<Row>> {
    // Only the ledger of a database that was taken over has the column `adopted`.
    let mut query = conn.prepare(&format!("SELECT * FROM main.{LEDGER} ORDER BY version"))?;
    let rows = query.query_map([], |row| {
        Ok(Row {
            version: row.get("version")?,
            name: row.get("name")?,
            checksum: row.get("checksum")?,
            chain: row.get("chain")?,
            applied_at: row.get("applied_at")?,
            adopted: row.get("adopted").unwrap_or(false),
        })
    })?;
    rows.collect()
}

/// All that makes the ledger what it is: its text, what is on it, and its rows.
pub(crate) fn contents(conn: &Connection) -> Result<Vec<Vec<Value>>> {
    let mut contents = Vec::new();
    let schema =
        format!("SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name = '{LEDGER}' COLLATE NOCASE");
    let rows = format!("SELECT * FROM main.{LEDGER} ORDER BY version");
    for sql in [Some(schema), exists(conn)?.then_some(rows)].into_iter().flatten() {
        let mut query = conn.prepare(&sql)?;
        let columns = query.column_count();
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            contents.push((0..columns).map(|column| row.get(column)).collect::<Result<_>>()?);
        }
    }
    Ok(contents)
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
    // Programs that know nothing of it name the columns that they read and write.
    conn.execute_batch(&format!(
        "ALTER TABLE main.{LEDGER} ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0; UPDATE main.{LEDGER} SET adopted = 1"
    ))
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
    conn.execute(&format!("DELETE FROM main.{LEDGER} WHERE version >= ?1"), [from]).map(drop)
}

/// The names of what a database without a ledger holds already, SQLite's own tables aside.
pub(crate) fn strangers(conn: &Connection) -> Result<Vec<String>> {
    let sql =
        "SELECT name FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
    conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
