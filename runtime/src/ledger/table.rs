//! Whether what has the name of a ledger is a plain table: to read a view or a computed column is to run somebody's code.

use onward_core::name::{Ident, quoted};
use rusqlite::{Connection, OptionalExtension, Result};

/// What has a name in the database.
pub(crate) enum Named {
    /// A table, with the names of its columns and whether it computes them.
    Table(Vec<(String, bool)>),
    /// Something else, in words.
    Other(&'static str),
}

/// What has this name; `None` if nothing has.
pub(crate) fn named(conn: &Connection, name: &str) -> Result<Option<Named>> {
    let sql = "SELECT type, rootpage FROM main.sqlite_schema
               WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view', 'index')";
    let found = conn.query_row(sql, [name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((kind, page)) = found else { return Ok(None) };
    let (kind, page): (String, Option<i64>) = (kind, page);
    Ok(Some(match (kind.as_str(), page) {
        ("view", _) => Named::Other("a view"),
        ("index", _) => Named::Other("an index"),
        (_, None | Some(0)) => Named::Other("a virtual table"),
        _ => Named::Table(columns(conn, name)?),
    }))
}

fn columns(conn: &Connection, table: &str) -> Result<Vec<(String, bool)>> {
    let mut query = conn.prepare(&format!("PRAGMA main.table_xinfo({})", quoted(table)))?;
    query.query_map([], |row| Ok((row.get("name")?, row.get::<_, i64>("hidden")? != 0)))?.collect()
}

/// Whether a column of this name is there, and the table computes it.
pub(crate) fn is_computed(columns: &[(String, bool)], wanted: &str) -> Option<bool> {
    columns.iter().find(|(name, _)| Ident(name) == wanted).map(|(_, computed)| *computed)
}

/// What a table is that does not have these columns to read, in words; `None` if it has them.
pub(crate) fn lacking(columns: &[(String, bool)], wanted: &[&str]) -> Option<String> {
    wanted.iter().find_map(|wanted| match is_computed(columns, wanted) {
        Some(false) => None,
        Some(true) => Some(format!("a table that computes its column `{wanted}`")),
        None => Some(format!("a table without a column `{wanted}`")),
    })
}
