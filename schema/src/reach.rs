//! Which tables statements may touch: those they name, and what hangs together with these.

use std::collections::BTreeSet;

use onward_core::token::significant;
use rusqlite::{Connection, Result};

/// The names of the tables of a database that these statements may touch when they run, in lower case.
///
/// What a statement does to a table it does not name goes by way of a foreign key, a trigger or a view, whose text names
/// both ends. A foreign key leads from the parent to the child alone. What a function of the application or a virtual table
/// does is not known here.
///
/// ```
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch(
///     "CREATE TABLE a(x); CREATE TABLE b(x); CREATE TABLE c(x);
///      CREATE TRIGGER r AFTER INSERT ON a BEGIN INSERT INTO b VALUES (1); END",
/// )?;
/// let tables = onward_schema::reached(&conn, ["INSERT INTO A VALUES (2)"])?;
/// assert_eq!(tables.into_iter().collect::<Vec<_>>(), ["a", "b"]);
/// # Ok::<(), rusqlite::Error>(())
/// ```
///
/// # Errors
/// If the database cannot be read.
pub fn reached<'s>(
    conn: &Connection,
    statements: impl IntoIterator<Item = &'s str>,
) -> Result<BTreeSet<String>> {
    let mut query = conn.prepare(
        "SELECT name, tbl_name, sql, type = 'table' FROM main.sqlite_schema WHERE sql IS NOT NULL",
    )?;
    // An application may have a `lower` of its own, which knows more letters than SQLite does in names.
    let lower = |name: String| name.to_ascii_lowercase();
    let rows =
        query.query_map([], |row| Ok((lower(row.get(0)?), lower(row.get(1)?), row.get(2)?, row.get(3)?)))?;
    let rows = rows.collect::<Result<Vec<(String, String, String, bool)>>>()?;
    let mut known: Vec<String> = rows.iter().map(|(name, ..)| name.clone()).collect();
    known.sort_unstable();
    let at = |name: &String| known.binary_search(name).ok();
    let named = |sql: &str| -> Vec<usize> {
        let names = significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase());
        names.filter_map(|name| at(&name)).collect()
    };
    let mut beside = vec![Vec::new(); known.len()];
    for (name, table, sql, is_table) in &rows {
        let Some(name) = at(name) else { continue };
        for other in named(sql).into_iter().chain(at(table)) {
            beside[other].push(name);
            if !is_table {
                beside[name].push(other);
            }
        }
    }
    let mut open: Vec<usize> = statements.into_iter().flat_map(named).collect();
    let mut reached = vec![false; known.len()];
    while let Some(name) = open.pop() {
        if !std::mem::replace(&mut reached[name], true) {
            open.extend_from_slice(&beside[name]);
        }
    }
    let is_reached = |name: &String| at(name).is_some_and(|name| reached[name]);
    let tables = rows.iter().filter(|(name, .., is_table)| *is_table && is_reached(name));
    Ok(tables.map(|(name, ..)| name.clone()).collect())
}
