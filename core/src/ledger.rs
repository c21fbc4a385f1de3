//! The table in which onward records what has run: its rows, and its SQL.

use crate::checksum::Checksum;

/// Its name. It is no part of the schema that onward looks after.
pub const LEDGER: &str = "onward_migrations";

/// Makes it.
pub const CREATE_LEDGER: &str = "
    CREATE TABLE main.onward_migrations (
      version INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      chain TEXT NOT NULL,
      applied_at TEXT NOT NULL,
      duration_us INTEGER NOT NULL
    ) STRICT";

/// Writes a row, as of now: version, name, checksum, chain, duration.
pub const INSERT_LEDGER: &str = "
    INSERT INTO main.onward_migrations(version, name, checksum, chain, applied_at, duration_us)
    VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?5)";

/// Takes the rows of this version and of those after it away.
pub const DELETE_FROM_LEDGER: &str = "DELETE FROM main.onward_migrations WHERE version >= ?1";

/// Writes that none of the rows has run here: the database was adopted with them. Programs that know nothing of the
/// column name those that they read and write.
pub const ADOPT_LEDGER: &str = "
    ALTER TABLE main.onward_migrations ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
    UPDATE main.onward_migrations SET adopted = 1";

/// Asks for the chain of the newest row.
pub const NEWEST_CHAIN: &str = "SELECT chain FROM main.onward_migrations ORDER BY version DESC LIMIT 1";

/// The columns that a ledger has had from the beginning, and that are read, in the order of [`Row`].
pub const COLUMNS: [&str; 5] = ["version", "name", "checksum", "chain", "applied_at"];

/// Asks for all rows in order of version: [`COLUMNS`], and whether the row was adopted. Only the ledger of a database that
/// was adopted has a column for that.
///
/// ```
/// let sql = onward_core::ledger::select(false);
/// assert!(sql.starts_with("SELECT version, name, checksum, chain, applied_at, 0 FROM"));
/// ```
pub fn select(has_adopted: bool) -> String {
    let (columns, adopted) = (COLUMNS.join(", "), if has_adopted { "adopted" } else { "0" });
    format!("SELECT {columns}, {adopted} FROM main.{LEDGER} ORDER BY version")
}

/// A row, as it was written when the migration ran. Anybody may have written it: nothing in it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The version of the migration.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The checksum of its text, in hexadecimal digits.
    pub checksum: String,
    /// The chain up to and with it, in hexadecimal digits.
    pub chain: String,
    /// When it ran, in UTC: `2026-01-05T09:30:00Z`.
    pub applied_at: String,
    /// Whether it has not run here: the database was adopted with it.
    pub adopted: bool,
}

impl Row {
    /// The row of a migration behind this chain, without a time.
    ///
    /// ```
    /// use onward_core::checksum::Checksum;
    /// use onward_core::ledger::Row;
    ///
    /// let checksum = Checksum::of("CREATE TABLE jobs(id)");
    /// let row = Row::of(Checksum::default(), 1, "jobs", checksum);
    /// assert_eq!(row.chain, Checksum::default().chain(1, checksum).to_string());
    /// ```
    pub fn of(before: Checksum, version: i64, name: &str, checksum: Checksum) -> Row {
        Row {
            version,
            name: name.to_owned(),
            checksum: checksum.to_string(),
            chain: before.chain(version, checksum).to_string(),
            applied_at: String::new(),
            adopted: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, Result};

    use super::*;

    #[test]
    fn every_statement_is_about_the_ledger() {
        let table = format!("main.{LEDGER}");
        let constants = [CREATE_LEDGER, INSERT_LEDGER, DELETE_FROM_LEDGER, ADOPT_LEDGER, NEWEST_CHAIN];
        for sql in constants {
            assert!(sql.contains(&table), "{sql}");
        }
    }

    #[test]
    fn what_is_written_is_read() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(CREATE_LEDGER)?;
        for version in [2, 1, 3] {
            conn.execute(INSERT_LEDGER, (version, "jobs", "sum", format!("chain {version}"), 7))?;
        }
        let rows = |has_adopted| -> Result<Vec<(i64, String, bool)>> {
            let mut query = conn.prepare(&select(has_adopted))?;
            query.query_map([], |row| Ok((row.get(0)?, row.get(3)?, row.get(5)?)))?.collect()
        };
        let expected = |adopted| [1, 2, 3].map(|version| (version, format!("chain {version}"), adopted));
        assert_eq!(rows(false)?, expected(false));
        conn.execute_batch(ADOPT_LEDGER)?;
        assert_eq!(rows(true)?, expected(true));
        assert_eq!(conn.execute(DELETE_FROM_LEDGER, [2])?, 2);
        assert_eq!(conn.query_row(NEWEST_CHAIN, [], |row| row.get::<_, String>(0))?, "chain 1");
        Ok(())
    }
}
