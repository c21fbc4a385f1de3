//! What a database has beside its ledger.

use onward_core::ledger::{LEDGER, is_ledger};
use rusqlite::{Connection, Result};

use crate::history::Migrations;

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

/// The names of what a database without the ledger of a history holds already, SQLite's own tables and those that others
/// make aside, with the indexes and triggers of these.
///
/// Where other histories have tables in the same database, by the ledger's name or by a ledger that is there, only what has
/// a name that this one makes or drops: the rest is theirs.
pub(crate) fn strangers(conn: &Connection, migrations: &Migrations) -> Result<Vec<String>> {
    // Of others, not even the text is read: it may be none in UTF-8.
    let sql =
        "SELECT name, tbl_name, iif(name LIKE 'onward\\_migrations%' ESCAPE '\\', coalesce(sql, ''), '')
               FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
    let mut query = conn.prepare(sql)?;
    let all = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(String, String, String)>>>()?;
    let is_shared = migrations.ledger().is_named() || all.iter().any(|(name, _, sql)| is_ledger(name, sql));
    let owned = is_shared.then(|| migrations.owned());
    let is_owned =
        |name: &String| owned.as_ref().is_none_or(|owned| owned.contains(&name.to_ascii_lowercase()));
    let all = all
        .into_iter()
        .filter(|(name, table, _)| !migrations.is_external(table) && (is_owned(name) || is_owned(table)));
    Ok(all.map(|(name, ..)| name).collect())
}

/// The tables of all ledgers in a database: that of a history, and those of others.
pub(crate) fn ledgers(conn: &Connection) -> Result<Vec<String>> {
    // However the connection compares with LIKE.
    let sql = "SELECT name, CAST(coalesce(sql, '') AS BLOB) FROM main.sqlite_schema
               WHERE type = 'table' AND lower(substr(name, 1, length(?1))) = ?1 ORDER BY name";
    let mut query = conn.prepare(sql)?;
    let tables = query.query_map([LEDGER], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let tables = tables.collect::<Result<Vec<(String, Vec<u8>)>>>()?;
    let ledgers = tables.into_iter().filter(|(name, sql)| is_ledger(name, &String::from_utf8_lossy(sql)));
    Ok(ledgers.map(|(name, _)| name).collect())
}

/// Whether a database has nothing at all.
pub(crate) fn is_empty(conn: &Connection) -> Result<bool> {
    conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM main.sqlite_schema)", [], |row| row.get(0))
}
