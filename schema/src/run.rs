//! How a statement of a migration is run, and what it leaves on its connection is taken back: the same in the replay and
//! at run time.

use onward_core::run::DROP_TEMPORARY;
use rusqlite::{Connection, Result};

/// Runs a statement to its end, whether it gives rows or not.
///
/// # Errors
/// What SQLite says to it.
pub fn to_end(conn: &Connection, sql: &str) -> Result<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// For each temporary object of the connection, what drops it.
///
/// # Errors
/// If the connection cannot be read.
pub fn temporary(conn: &Connection) -> Result<Vec<String>> {
    conn.prepare(DROP_TEMPORARY)?.query_map([], |row| row.get(0))?.collect()
}

/// Drops the temporary objects of the connection, but for these, as [`temporary`] has found them.
///
/// ```
/// use onward_schema::run::{drop_temporary, temporary};
///
/// # fn main() -> rusqlite::Result<()> {
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("CREATE TEMP TABLE of_the_application(a)")?;
/// let before = temporary(&conn)?;
/// conn.execute_batch("CREATE TEMP TABLE of_a_migration(a)")?;
/// drop_temporary(&conn, &before)?;
/// assert_eq!(temporary(&conn)?, [r#"DROP table IF EXISTS temp."of_the_application""#]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If one of them cannot be dropped.
pub fn drop_temporary(conn: &Connection, keep: &[String]) -> Result<()> {
    let drops = temporary(conn)?;
    drops.iter().filter(|drop| !keep.contains(drop)).try_for_each(|drop| conn.execute_batch(drop))
}
