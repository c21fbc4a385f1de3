//! What rusqlite has in some versions only, or only if its own SQLite is compiled in.
//!
//! Everything is asked for by its name: what this build of rusqlite has is taken, and what it lacks is `None`. So the same
//! code builds with the whole range of versions, and with any SQLite behind them.

use std::any::Any;
use std::io::Read;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, Result};

/// A switch of [`DbConfig`] by its name, as `Option<DbConfig>`; `None` if this build of rusqlite does not have it.
///
/// ```
/// assert!(onward_schema::db_config!(SQLITE_DBCONFIG_ENABLE_FKEY).is_some());
/// assert!(onward_schema::db_config!(SQLITE_DBCONFIG_OF_TOMORROW).is_none());
/// ```
#[macro_export]
macro_rules! db_config {
    ($name:ident) => {{
        // A variant of this name hides this; where there is none, this is what the name means.
        const $name: $crate::driver::Absent = $crate::driver::Absent;
        let absent = $crate::driver::Found::found($name);
        {
            use ::rusqlite::config::DbConfig::*;
            // Where the name is none of rusqlite's, this is what the import is used for.
            const _: ::rusqlite::config::DbConfig = SQLITE_DBCONFIG_ENABLE_TRIGGER;
            $crate::driver::Found::found($name).or(absent)
        }
    }};
}

/// Stands in for what rusqlite does not have. Public only for [`db_config!`](crate::db_config).
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Absent;

/// What a name turned out to mean. Public only for [`db_config!`](crate::db_config).
#[doc(hidden)]
pub trait Found {
    fn found(self) -> Option<DbConfig>;
}

impl Found for Absent {
    fn found(self) -> Option<DbConfig> {
        None
    }
}

impl Found for DbConfig {
    fn found(self) -> Option<DbConfig> {
        Some(self)
    }
}

/// What SQLite says of a statement that it refuses, without the statement that rusqlite puts behind it, and at which byte of
/// the statement; `None` if the error is another one, or comes from a rusqlite that does not know the byte.
///
/// ```
/// # let conn = rusqlite::Connection::open_in_memory().unwrap();
/// let error = conn.execute_batch("SELECT missing").unwrap_err();
/// let refused = onward_schema::driver::refused(&error);
/// # #[cfg(feature = "bundled")]
/// assert_eq!(refused, Some(("no such column: missing", 7)));
/// ```
pub fn refused(error: &rusqlite::Error) -> Option<(&str, usize)> {
    // rusqlite's variant hides this where there is one.
    struct SqlInputError {
        msg: String,
        offset: i32,
    }
    let refused = {
        use rusqlite::Error::*;
        read(error, |error| match error {
            SqlInputError { msg, offset, .. } => Some(place(msg, *offset)),
            _ => None,
        })
    };
    refused.or_else(|| read(error, |SqlInputError { msg, offset }| Some(place(msg, *offset))))
}

/// Whether the database `main` has a table of this name; of what the table is, nothing is read. A view is none.
///
/// # Errors
/// If the schema cannot be read.
pub fn has_table(conn: &Connection, name: &str) -> Result<bool> {
    // rusqlite's own, where it has one: it looks into the schema that SQLite has read, and costs next to nothing.
    conn.table_exists(Some("main"), name)
}

/// Stands in for rusqlite's `Connection::table_exists`, which hides it where there is one: not in 0.32. Public so that nothing
/// calls it dead.
#[doc(hidden)]
pub trait TableExists {
    /// # Errors
    /// If the schema cannot be read.
    fn table_exists(&self, database: Option<&str>, name: &str) -> Result<bool>;
}

impl TableExists for Connection {
    fn table_exists(&self, database: Option<&str>, name: &str) -> Result<bool> {
        let schema = database.unwrap_or("main");
        let sql = format!(
            "SELECT count(*) FROM \"{schema}\".sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE"
        );
        self.query_row(&sql, [name], |row| row.get(0))
    }
}

/// Opens the bytes of a database in place of what is in `main`.
///
/// # Errors
/// If there is no memory for it, or rusqlite cannot do it: before 0.34, or without its feature `serialize`.
pub fn deserialize(conn: &mut Connection, bytes: impl Read, size: usize, read_only: bool) -> Result<()> {
    conn.deserialize_read_exact(MAIN_DB, bytes, size, read_only)
}

/// Stands in for rusqlite's `Connection::deserialize_read_exact`, which hides it where there is one: not in the oldest of the
/// range, where nothing but `unsafe` code can give a connection the bytes of a database. Public so that nothing calls it dead.
#[doc(hidden)]
pub trait DeserializeReadExact {
    /// # Errors
    /// Always.
    fn deserialize_read_exact<N, R>(
        &mut self,
        schema: N,
        bytes: R,
        size: usize,
        read_only: bool,
    ) -> Result<()>;
}

impl DeserializeReadExact for Connection {
    fn deserialize_read_exact<N, R>(&mut self, _: N, _: R, _: usize, _: bool) -> Result<()> {
        let says = "this rusqlite cannot open a database from memory; 0.34 can";
        Err(rusqlite::Error::ToSqlConversionFailure(says.into()))
    }
}

fn place(message: &str, offset: i32) -> (&str, usize) {
    (message, usize::try_from(offset).unwrap_or(0))
}

/// Calls with the error, if it is of the type that the closure takes.
fn read<'e, T: 'static, R>(error: &'e rusqlite::Error, call: impl FnOnce(&'e T) -> Option<R>) -> Option<R> {
    (error as &dyn Any).downcast_ref().and_then(call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_by_rusqlite_and_by_what_stands_in_for_it() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(
            "CREATE TABLE t(a); CREATE VIEW v AS SELECT 1; CREATE INDEX i ON t(a); CREATE TEMP TABLE elsewhere(a);
             CREATE VIRTUAL TABLE f USING fts5(a)",
        )?;
        let looked =
            [("t", true), ("T", true), ("f", true), ("v", false), ("i", false), ("elsewhere", false)];
        for (name, is_table) in looked.into_iter().chain([("missing", false)]) {
            assert_eq!(has_table(&conn, name)?, is_table, "{name}");
            assert_eq!(TableExists::table_exists(&conn, Some("main"), name)?, is_table, "{name}");
        }
        Ok(())
    }
}
