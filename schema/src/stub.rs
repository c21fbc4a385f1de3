//! Stands in for functions and collations of the application where only its schema matters.

use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

/// A function of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many arguments it takes; any number if -1.
    pub arguments: i32,
    /// Whether it may stand in an index or a generated column.
    pub deterministic: bool,
}

impl Function<'_> {
    /// Registers it: it gives back its first argument, and a text of its own if it has none.
    ///
    /// ```
    /// use onward_schema::stub::{Function, collation};
    ///
    /// # fn main() -> rusqlite::Result<()> {
    /// let conn = rusqlite::Connection::open_in_memory()?;
    /// Function { name: "slug", arguments: 1, deterministic: true }.register(&conn)?;
    /// collation(&conn, "by_number")?;
    /// conn.execute_batch("CREATE TABLE t(a COLLATE by_number); CREATE INDEX by_slug ON t(slug(a))")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If SQLite does not take the name or the number of arguments.
    pub fn register(self, conn: &Connection) -> Result<()> {
        let mut flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        flags.set(FunctionFlags::SQLITE_DETERMINISTIC, self.deterministic);
        let (name, calls, deterministic) = (self.name.to_owned(), AtomicU32::new(0), self.deterministic);
        conn.create_scalar_function(self.name, self.arguments, flags, move |context| {
            if !context.is_empty() {
                return context.get(0);
            }
            let call = if deterministic { 0 } else { calls.fetch_add(1, Ordering::Relaxed) };
            Ok(Value::Text(format!("{name}-{call}")))
        })
    }
}

/// Registers a collation of the application: it compares bytes.
///
/// # Errors
/// If SQLite does not take the name.
pub fn collation(conn: &Connection, name: &str) -> Result<()> {
    conn.create_collation(name, |a: &str, b: &str| a.cmp(b))
}
