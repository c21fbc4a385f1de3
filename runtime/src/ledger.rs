//! The ledger: a table in the user's database that says which migrations it has run.

use std::time::Duration;

use onward_schema::LEDGER;
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::migrations::Migration;

/// A row of the ledger, as it was written when the migration ran.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The version of the migration.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Its checksum, in hexadecimal digits.
    pub checksum: String,
    /// The chain over all migrations up to and with it, in hexadecimal digits.
    pub chain: String,
    /// When it ran, in UTC, such as `2026-01-01T12:00:00Z`.
    pub applied_at: String,
}

/// The chain of the newest row, if there is one.
pub(crate) fn newest_chain(conn: &Connection) -> Result<Option<String>> {
    let sql = format!("SELECT chain FROM {LEDGER} ORDER BY version DESC LIMIT 1");
    conn.query_row(&sql, [], |row| row.get(0)).optional()
}

/// Whether the database has a ledger.
pub(crate) fn exists(conn: &Connection) -> Result<bool> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    Ok(conn.query_row(sql, [LEDGER], |_| Ok(())).optional()?.is_some())
}

pub(crate) fn create(conn: &Connection) -> Result<()> {
    conn.execute_batch(&format!(
        "CREATE TABLE {LEDGER} (
           version INTEGER PRIMARY KEY,
           name TEXT NOT NULL,
           checksum TEXT NOT NULL,
           chain TEXT NOT NULL,
           applied_at TEXT NOT NULL,
           duration_us INTEGER NOT NULL
         ) STRICT"
    ))
}

/// All rows in order of version.
pub(crate) fn rows(conn: &Connection) -> Result<Vec<Row>> {
    let sql = format!("SELECT version, name, checksum, chain, applied_at FROM {LEDGER} ORDER BY version");
    let mut query = conn.prepare(&sql)?;
    let rows = query.query_map([], |row| {
        Ok(Row {
            version: row.get(0)?,
            name: row.get(1)?,
            checksum: row.get(2)?,
            chain: row.get(3)?,
            applied_at: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// Writes that these migrations have run.
pub(crate) fn insert(conn: &Connection, ran: &[(&Migration, Duration)]) -> Result<()> {
    let sql =
        format!("INSERT INTO {LEDGER} VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?5)");
    let mut insert = conn.prepare(&sql)?;
    for (migration, took) in ran {
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        let (checksum, chain) = (migration.checksum.to_string(), migration.chain.to_string());
        insert.execute(params![migration.version, migration.name, checksum, chain, micros])?;
    }
    Ok(())
}

/// The names of what a database without a ledger holds already, SQLite's own tables aside.
pub(crate) fn strangers(conn: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
    conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
