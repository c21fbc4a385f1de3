//! The rows of `sqlite_schema` that count.

use onward_core::ledger::{LEDGER, is_ledger};
use onward_core::name::{Ident, quoted};
use rusqlite::{Connection, Result, Row, Statement};

use crate::ObjectKind;

/// One object as `sqlite_schema` has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: ObjectKind,
    pub(crate) name: String,
    /// The table an index or a trigger belongs to; for others their own name.
    pub(crate) table: String,
    pub(crate) sql: String,
}

/// Every object of the main database that its owner made.
pub(crate) fn entries(conn: &Connection) -> Result<Vec<Entry>> {
    let (mut entries, has_virtual) = select(conn, |_| true)?;
    // Listing the tables makes SQLite look into every view, so it is not asked without need.
    if has_virtual {
        let shadows = shadow_tables(conn)?;
        entries.retain(|entry| !shadows.contains(&entry.table.to_ascii_lowercase()));
    }
    Ok(entries)
}

/// The objects of the main database with these names, which are in lower case and sorted.
pub(crate) fn entries_named(conn: &Connection, names: &[&str]) -> Result<Vec<Entry>> {
    let wanted = |name: &str| names.binary_search(&name.to_ascii_lowercase().as_str()).is_ok();
    Ok(select(conn, wanted)?.0)
}

/// What counts and has a wanted name, and whether there are virtual tables.
fn select(conn: &Connection, wanted: impl Fn(&str) -> bool) -> Result<(Vec<Entry>, bool)> {
    // An automatic index has no text of its own: its table's text says it all.
    let mut statement = conn.prepare(
        "SELECT type, name, tbl_name, sql, type = 'table' AND rootpage = 0 FROM main.sqlite_schema WHERE sql IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    let (mut entries, mut ledgers, mut has_virtual) = (Vec::<Entry>::new(), Vec::new(), false);
    while let Some(row) = rows.next()? {
        has_virtual |= row.get::<_, bool>(4)?;
        let Some(kind) = ObjectKind::from_sql(&text(row, 0)?) else { continue };
        let (name, table, sql) = (text(row, 1)?, text(row, 2)?, text(row, 3)?);
        if kind == ObjectKind::Table && is_ledger(&name, &sql) {
            ledgers.push(name);
        } else if !is_of_sqlite(&name) && !is_of_sqlite(&table) && wanted(&name) {
            entries.push(Entry { kind, name, table, sql: lines(sql) });
        }
    }
    // What is on a ledger as well, wherever it stands, and whatever else has its name.
    let is_of_ledger =
        |name: &str| Ident(name) == LEDGER || ledgers.iter().any(|ledger| Ident(ledger) == name);
    entries.retain(|entry| !is_of_ledger(&entry.name) && !is_of_ledger(&entry.table));
    Ok((entries, has_virtual))
}

/// A column's text; SQLite does not promise that it is UTF-8.
pub(crate) fn text(row: &Row<'_>, column: usize) -> Result<String> {
    let bytes = row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default();
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// SQL with LF line ends, which migrations have whatever their files have: another tool that ran a file as it is has left CRLF
/// in what the file writes in quotes.
pub(crate) fn lines(sql: String) -> String {
    if sql.contains('\r') { sql.replace("\r\n", "\n") } else { sql }
}

/// Whether SQLite made the object.
fn is_of_sqlite(name: &str) -> bool {
    let prefix = name.as_bytes().get(..7);
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"sqlite_"))
}

/// One of the pragmas that tell of a table or an index, for one of the main database: `table_xinfo`, `index_list`, ….
///
/// To ask for it as a table in a SELECT costs many times as much, since SQLite then prepares both.
///
/// ```
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("CREATE TABLE t(a, b)")?;
/// let mut columns = onward_schema::pragma(&conn, "table_xinfo", "T")?;
/// let names = columns.query_map([], |row| row.get(1))?.collect::<rusqlite::Result<Vec<String>>>()?;
/// assert_eq!(names, ["a", "b"]);
/// # Ok::<(), rusqlite::Error>(())
/// ```
///
/// # Errors
/// If SQLite does not know the pragma, or an authorizer denies it. What is not there has no rows.
pub fn pragma<'c>(conn: &'c Connection, pragma: &str, name: &str) -> Result<Statement<'c>> {
    conn.prepare(&format!("PRAGMA main.{pragma}({})", quoted(name)))
}

fn shadow_tables(conn: &Connection) -> Result<Vec<String>> {
    let mut statement =
        conn.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")?;
    let names = statement.query_map([], |row| Ok(text(row, 0)?.to_ascii_lowercase()))?;
    names.collect()
}
