//! The table in which onward records what has run: its name, its rows, and its SQL.

use crate::checksum::Checksum;
use crate::name::Ident;

/// The name of the table, unless the history gives it one of its own. It is no part of the schema that onward looks after.
pub const LEDGER: &str = "onward_migrations";

/// What the name of every other ledger begins with.
const PREFIX: &str = "onward_migrations_";

/// The longest name of a ledger.
const LONGEST: usize = 40;

/// The ledger of a history: the table of this name in the migrated database. Two histories in one file have one each.
///
/// ```
/// use onward_core::ledger::Ledger;
///
/// assert_eq!(Ledger::default().table(), "onward_migrations");
/// assert!(Ledger::of("onward_migrations_auth").newest_chain().contains("main.onward_migrations_auth"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger<'n>(&'n str);

impl Default for Ledger<'_> {
    fn default() -> Self {
        Ledger(LEDGER)
    }
}

impl<'n> Ledger<'n> {
    /// The one in this table; in the usual one, if the name is empty. The name is one that [`table`] gives.
    pub fn of(table: &'n str) -> Ledger<'n> {
        if table.is_empty() { Ledger::default() } else { Ledger(table) }
    }

    /// The name of its table, which needs no quotes.
    pub fn table(self) -> &'n str {
        self.0
    }

    /// Whether the history has given it a name, so that it shares its databases with others.
    pub fn is_named(self) -> bool {
        self.0 != LEDGER
    }

    /// What its history calls it; `None` for the usual one.
    ///
    /// ```
    /// use onward_core::ledger::Ledger;
    ///
    /// assert_eq!(Ledger::of("onward_migrations_auth").name(), Some("auth"));
    /// assert_eq!(Ledger::default().name(), None);
    /// ```
    pub fn name(self) -> Option<&'n str> {
        self.0.strip_prefix(PREFIX)
    }

    /// Makes it.
    pub fn create(self) -> String {
        format!("\n    CREATE TABLE main.{}", self.definition())
    }

    /// The text that SQLite keeps of it as it was made.
    ///
    /// ```
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// let ledger = onward_core::ledger::Ledger::default();
    /// conn.execute_batch(&ledger.create())?;
    /// let text: String = conn.query_row("SELECT sql FROM sqlite_schema", [], |row| row.get(0))?;
    /// assert_eq!(text, ledger.text());
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn text(self) -> String {
        format!("CREATE TABLE {}", self.definition())
    }

    fn definition(self) -> String {
        let Ledger(table) = self;
        format!(
            "{table} (
      version INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      chain TEXT NOT NULL,
      applied_at TEXT NOT NULL,
      duration_us INTEGER NOT NULL
    ) STRICT"
        )
    }

    /// Writes a row, as of now: version, name, checksum, chain, duration.
    pub fn insert(self) -> String {
        let Ledger(table) = self;
        format!(
            "INSERT INTO main.{table}(version, name, checksum, chain, applied_at, duration_us)
             VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?5)"
        )
    }

    /// Takes the rows of this version and of those after it away.
    pub fn delete(self) -> String {
        format!("DELETE FROM main.{} WHERE version >= ?1", self.0)
    }

    /// Writes that none of the rows has run here: the database was adopted with them. Programs that know nothing of the
    /// column name those that they read and write.
    pub fn adopt(self) -> String {
        let Ledger(table) = self;
        format!(
            "ALTER TABLE main.{table} ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0; UPDATE main.{table} SET adopted = 1"
        )
    }

    /// Adds the column [`WORKS_WITH`], which only ledgers of programs with recorded releases have.
    pub fn add_works_with(self) -> String {
        format!("ALTER TABLE main.{} ADD COLUMN {WORKS_WITH} TEXT", self.0)
    }

    /// Writes which recorded releases work on the schema that the migration of this version leaves: version, releases.
    pub fn set_works_with(self) -> String {
        format!("UPDATE main.{} SET {WORKS_WITH} = ?2 WHERE version = ?1", self.0)
    }

    /// Asks which recorded releases work on the schema that the newest row stands for.
    pub fn works_with(self) -> String {
        format!("SELECT {WORKS_WITH} FROM main.{} ORDER BY version DESC LIMIT 1", self.0)
    }

    /// Asks for the chain of the newest row.
    pub fn newest_chain(self) -> String {
        format!("SELECT chain FROM main.{} ORDER BY version DESC LIMIT 1", self.0)
    }

    /// Asks for all rows in order of version: [`COLUMNS`], and whether the row was adopted. Only the ledger of a database
    /// that was adopted has a column for that.
    ///
    /// ```
    /// let sql = onward_core::ledger::Ledger::default().select(false);
    /// assert!(sql.starts_with("SELECT version, name, checksum, chain, applied_at, 0 FROM"));
    /// ```
    pub fn select(self, has_adopted: bool) -> String {
        let (columns, adopted) = (COLUMNS.join(", "), if has_adopted { "adopted" } else { "0" });
        format!("SELECT {columns}, {adopted} FROM main.{} ORDER BY version", self.0)
    }
}

/// The table of the ledger that a history calls by this name; `None` if no ledger can have it.
///
/// ```
/// use onward_core::ledger::table;
///
/// assert_eq!(table("auth").as_deref(), Some("onward_migrations_auth"));
/// assert_eq!(table("Auth; DROP TABLE users"), None);
/// ```
pub fn table(name: &str) -> Option<String> {
    let is_first = name.starts_with(|first: char| first.is_ascii_lowercase());
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    (is_first && name.len() <= LONGEST && name.chars().all(is_name)).then(|| format!("{PREFIX}{name}"))
}

/// Whether a table is the ledger of some history, by its name and, unless it is the usual one, by the text that SQLite
/// keeps of it: an application may have made a table with such a name.
///
/// ```
/// use onward_core::ledger::{Ledger, is_ledger};
///
/// assert!(is_ledger("onward_migrations_auth", &Ledger::of("onward_migrations_auth").create()));
/// assert!(!is_ledger("onward_migrations_copy", "CREATE TABLE onward_migrations_copy(version INT, chain TEXT)"));
/// ```
pub fn is_ledger(name: &str, sql: &str) -> bool {
    if Ident(name) == LEDGER {
        return true;
    }
    let is_named = || {
        let (start, rest) = name.split_at_checked(PREFIX.len())?;
        (Ident(start) == PREFIX).then(|| table(&rest.to_ascii_lowercase()))?
    };
    is_named().is_some()
        && ["checksum TEXT NOT NULL", "chain TEXT NOT NULL"].iter().all(|part| sql.contains(part))
}

/// The column with the recorded releases that work on the schema as a migration leaves it, a line each, as
/// [`release::text`](crate::release::text) has them; NULL where nobody knows of any.
pub const WORKS_WITH: &str = "works_with";

/// The columns that a ledger has had from the beginning, and that are read, in the order of [`Row`].
pub const COLUMNS: [&str; 5] = ["version", "name", "checksum", "chain", "applied_at"];

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
    fn a_name_is_short_and_needs_no_quotes() {
        let long = "a".repeat(LONGEST);
        for name in ["a", "auth", "auth_2", &long] {
            assert_eq!(table(name), Some(format!("{PREFIX}{name}")));
        }
        for name in ["", "2fa", "_a", "Auth", "au-th", "größe", "a b", "a\"", &format!("{long}a")] {
            assert_eq!(table(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_written_is_read() -> Result<()> {
        for ledger in [Ledger::default(), Ledger::of("onward_migrations_auth")] {
            let conn = Connection::open_in_memory()?;
            conn.execute_batch(&ledger.create())?;
            for version in [2, 1, 3] {
                conn.execute(&ledger.insert(), (version, "jobs", "sum", format!("chain {version}"), 7))?;
            }
            let rows = |has_adopted| -> Result<Vec<(i64, String, bool)>> {
                let mut query = conn.prepare(&ledger.select(has_adopted))?;
                query.query_map([], |row| Ok((row.get(0)?, row.get(3)?, row.get(5)?)))?.collect()
            };
            let expected = |adopted| [1, 2, 3].map(|version| (version, format!("chain {version}"), adopted));
            assert_eq!(rows(false)?, expected(false));
            conn.execute_batch(&ledger.adopt())?;
            assert_eq!(rows(true)?, expected(true));
            conn.execute_batch(&ledger.add_works_with())?;
            conn.execute(&ledger.set_works_with(), (3, "5d 1.4"))?;
            let works_with =
                || conn.query_row(&ledger.works_with(), [], |row| row.get::<_, Option<String>>(0));
            assert_eq!(works_with()?.as_deref(), Some("5d 1.4"));
            assert_eq!(conn.execute(&ledger.delete(), [2])?, 2);
            assert_eq!(works_with()?, None);
            assert_eq!(conn.query_row(&ledger.newest_chain(), [], |row| row.get::<_, String>(0))?, "chain 1");
            let sql = "SELECT name, sql FROM sqlite_schema";
            let (name, sql) =
                conn.query_row(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            assert!(name == ledger.table() && is_ledger(&name, &sql), "{sql}");
        }
        Ok(())
    }

    #[test]
    fn the_text_of_the_usual_ledger_stays() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(&Ledger::default().create())?;
        let sql: String = conn.query_row("SELECT sql FROM sqlite_schema", [], |row| row.get(0))?;
        let lines: Vec<&str> = sql.lines().map(str::trim_start).collect();
        assert_eq!(
            lines,
            [
                "CREATE TABLE onward_migrations (",
                "version INTEGER PRIMARY KEY,",
                "name TEXT NOT NULL,",
                "checksum TEXT NOT NULL,",
                "chain TEXT NOT NULL,",
                "applied_at TEXT NOT NULL,",
                "duration_us INTEGER NOT NULL",
                ") STRICT",
            ]
        );
        Ok(())
    }
}
