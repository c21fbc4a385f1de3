//! Foreign keys that are enforced for a part of a transaction.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Result};

/// Enforces foreign keys on a connection from here on, or no more. Unlike the pragma it has its effect inside a
/// transaction too.
///
/// While they are enforced all of them are deferred: cascades fire, and no row is refused before COMMIT. Whoever turns
/// them off again has to see to the rows that are left without a parent, with [`Violation::read`](crate::Violation::read).
/// SQLite's own count of them is forgotten then. It would be wrong: it does not fall when a new table gets the name of the
/// parent that was dropped, nor by what happens while foreign keys are off, and COMMIT fails by it
/// (<https://www.sqlite.org/pragma.html#pragma_defer_foreign_keys>).
///
/// # Errors
/// If the connection's authorizer denies a pragma.
///
/// # Examples
/// ```
/// # fn main() -> rusqlite::Result<()> {
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch(
///     "CREATE TABLE queues(id INTEGER PRIMARY KEY); INSERT INTO queues VALUES (1);
///      CREATE TABLE jobs(queue REFERENCES queues(id)); INSERT INTO jobs VALUES (1);
///      BEGIN",
/// )?;
/// onward_schema::enforce_foreign_keys(&conn, true)?;
/// conn.execute_batch(
///     "CREATE TABLE rebuilt(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO rebuilt(id) SELECT id FROM queues;
///      DROP TABLE queues; ALTER TABLE rebuilt RENAME TO queues",
/// )?;
/// onward_schema::enforce_foreign_keys(&conn, false)?;
/// assert!(onward_schema::Violation::read(&conn)?.is_empty());
/// conn.execute_batch("COMMIT")?;
/// # Ok(())
/// # }
/// ```
pub fn enforce_foreign_keys(conn: &Connection, on: bool) -> Result<()> {
    if on {
        conn.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    }
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, on)?;
    if on { Ok(()) } else { conn.execute_batch("PRAGMA defer_foreign_keys = OFF") }
}
