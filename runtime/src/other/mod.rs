//! The ledgers of other tools: which of them a database has, and what their rows say. What follows from that does not belong
//! here.

mod readers;

use onward_core::name::quoted;
pub use readers::*;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use crate::history::{Ran, Reader};
use crate::ledger::{Named, lacking, named};

/// What a tool's ledger says has run, or what is there in the ledger's place, if anything is.
pub(crate) fn read(
    reader: &Reader,
    conn: &Connection,
) -> Result<std::result::Result<Vec<Ran>, Option<String>>> {
    let Some(table) = reader.tool.ledger() else {
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
    let mut names: Vec<String> = reader.columns.iter().map(|column| quoted(column)).collect();
    names.extend(reader.optional.map(|column| if has(column) { quoted(column) } else { "NULL".to_owned() }));
    let (names, order) = (names.join(", "), quoted(reader.order));
    let mut query = conn.prepare(&format!("SELECT {names} FROM main.{} ORDER BY {order}", quoted(table)))?;
    let columns = query.column_count();
    let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(Ok((reader.ran)(&rows.collect::<Result<Vec<_>>>()?)))
}

/// What a table with these columns is that is not the tool's, in words.
fn unlike(reader: &Reader, columns: &[(String, bool)]) -> Option<String> {
    let has = |wanted: &&str| lacking(columns, &[*wanted]).is_none();
    lacking(columns, reader.columns)
        .or_else(|| lacking(columns, &[reader.order]))
        .or_else(|| reader.lacks.filter(has).map(|column| format!("a table with a column `{column}`")))
}

/// Those of these that have a ledger in a database. A tool that only counts has none that could be told from others.
///
/// # Errors
/// That the database cannot be read.
pub fn found<'r>(readers: &[&'r Reader], conn: &Connection) -> Result<Vec<&'r Reader>> {
    let mut found = Vec::new();
    for reader in readers {
        let Some(table) = reader.tool.ledger() else { continue };
        if let Some(Named::Table(columns)) = named(conn, table)?
            && unlike(reader, &columns).is_none()
        {
            found.push(*reader);
        }
    }
    Ok(found)
}
