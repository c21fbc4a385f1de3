//! The ledgers of other tools: which of them a database has, and what their rows say. What follows from that does not belong
//! here.

mod readers;

use onward_core::ledger::is_ledger;
use onward_core::name::quoted;
pub use readers::*;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use crate::history::{Ran, Reader};
use crate::ledger::{Named, lacking, named};

/// Longer than the name of a file can be, and every checksum.
const LONGEST: usize = 1000;

/// What a tool's ledger says has run, in its usual table or in this one, or what is there in the ledger's place, if anything is.
pub(crate) fn read(
    reader: &Reader,
    table: Option<&str>,
    conn: &Connection,
) -> Result<std::result::Result<Vec<Ran>, Option<String>>> {
    let Some(table) = reader.tool.ledger().map(|usual| table.unwrap_or(usual)) else {
        let count: i64 = conn.query_row("PRAGMA main.user_version", [], |row| row.get(0))?;
        return Ok(Ok((reader.ran)(&[vec![Value::Integer(count)]])));
    };
    let columns = match named(conn, table)? {
        None => return Ok(Err(None)),
        Some(Named::Other(found)) => return Ok(Err(Some(found.to_owned()))),
        Some(Named::Table(columns)) => columns,
    };
    if let Some(found) = unlike(reader, &columns) {
        return Ok(Err(Some(found)));
    }
    let has = |wanted: &str| lacking(&columns, &[wanted]).is_none();
    let mut names: Vec<String> = reader.columns.iter().map(|column| beginning(column)).collect();
    names.extend(
        reader.optional.map(|column| if has(column) { beginning(column) } else { "NULL".to_owned() }),
    );
    let (names, order) = (names.join(", "), quoted(reader.order));
    let mut query = conn.prepare(&format!("SELECT {names} FROM main.{} ORDER BY {order}", quoted(table)))?;
    let columns = query.column_count();
    let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(Ok((reader.ran)(&rows.collect::<Result<Vec<_>>>()?)))
}

/// A value as far as it can be a name or a checksum: longer ones are like none, and are not read whole.
fn beginning(column: &str) -> String {
    let name = quoted(column);
    format!("CASE WHEN typeof({name}) IN ('text', 'blob') THEN substr({name}, 1, {LONGEST}) ELSE {name} END")
}

/// What a table with these columns is that is not the tool's, in words.
fn unlike(reader: &Reader, columns: &[(String, bool)]) -> Option<String> {
    let has = |wanted: &&str| lacking(columns, &[*wanted]).is_none();
    lacking(columns, reader.columns)
        .or_else(|| lacking(columns, &[reader.order]))
        .or_else(|| reader.lacks.filter(has).map(|column| format!("a table with a column `{column}`")))
}

/// Those of these that have a ledger in a database, in their usual table or in this one. A tool that only counts has none that
/// could be told from others.
///
/// # Errors
/// That the database cannot be read.
pub fn found<'r>(readers: &[&'r Reader], table: Option<&str>, conn: &Connection) -> Result<Vec<&'r Reader>> {
    let mut found = Vec::new();
    for reader in readers {
        if let Some(usual) = reader.tool.ledger()
            && is_like(reader, table.unwrap_or(usual), conn)?
        {
            found.push(*reader);
        }
    }
    Ok(found)
}

/// The tables that may be a tool's ledger by their columns, but for onward's own.
pub(crate) fn alike(reader: &Reader, conn: &Connection) -> Result<Vec<String>> {
    if reader.tool.ledger().is_none() {
        return Ok(Vec::new());
    }
    let sql =
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND sql IS NOT NULL ORDER BY name";
    let mut query = conn.prepare(sql)?;
    let all = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>>>()?;
    let mut alike = Vec::new();
    for (name, sql) in all {
        if !is_ledger(&name, &sql) && is_like(reader, &name, conn)? {
            alike.push(name);
        }
    }
    Ok(alike)
}

fn is_like(reader: &Reader, table: &str, conn: &Connection) -> Result<bool> {
    let found = named(conn, table)?;
    Ok(matches!(found, Some(Named::Table(columns)) if unlike(reader, &columns).is_none()))
}
