//! Rows whose foreign keys lead nowhere.

use std::collections::HashMap;
use std::fmt;

use rusqlite::{Connection, ErrorCode, Result, Row};

use crate::printable::printable;

/// A row that refers to a row that is not there, as `PRAGMA foreign_key_check` reports it.
///
/// See <https://www.sqlite.org/pragma.html#pragma_foreign_key_check>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The table of the row.
    pub table: String,
    /// The row's rowid; `None` in a WITHOUT ROWID table.
    pub rowid: Option<i64>,
    /// The table it refers to.
    pub parent: String,
}

impl Violation {
    /// All violations in the main database of a connection, whether or not it enforces foreign keys.
    ///
    /// A table whose foreign keys SQLite cannot follow, because the parent has no unique key there, is passed over.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn read(conn: &Connection) -> Result<Vec<Violation>> {
        if let Some(found) = followed(check(conn, "PRAGMA main.foreign_key_check", []))? {
            return Ok(found);
        }
        let mut tables = conn.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")?;
        let tables = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>>>()?;
        let one = "SELECT \"table\", rowid, parent FROM main.pragma_foreign_key_check(?1)";
        let mut violations = Vec::new();
        for table in tables {
            violations.extend(followed(check(conn, one, [table]))?.unwrap_or_default());
        }
        Ok(violations)
    }

    /// Those of `after` that are more than there were `before`, counted by table and parent.
    ///
    /// A rebuild may give rows new rowids, so single rows cannot be told apart; those with the greatest rowids are taken for new.
    pub fn new_ones(before: &[Violation], after: Vec<Violation>) -> Vec<Violation> {
        if before.is_empty() {
            return after;
        }
        let key = |violation: &Violation| (violation.table.to_lowercase(), violation.parent.to_lowercase());
        let mut known: HashMap<_, usize> = HashMap::new();
        before.iter().for_each(|violation| *known.entry(key(violation)).or_default() += 1);
        let is_new = |violation: &Violation| match known.get_mut(&key(violation)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        let mut new = after;
        new.retain(is_new);
        new
    }
}

/// What was found, or nothing if SQLite cannot follow a foreign key. All else is an error, above all one of the disk:
/// SQLite rolls the transaction back on it, and whoever went on would write outside any.
fn followed(found: Result<Vec<Violation>>) -> Result<Option<Vec<Violation>>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

fn check(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Violation>> {
    let read = |row: &Row<'_>| Ok(Violation { table: row.get(0)?, rowid: row.get(1)?, parent: row.get(2)? });
    let mut found = conn.prepare(sql)?.query_map(params, read)?.collect::<Result<Vec<_>>>()?;
    found.sort_unstable_by(|a, b| (&a.table, a.rowid, &a.parent).cmp(&(&b.table, b.rowid, &b.parent)));
    Ok(found)
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, rowid, parent) = (printable(&self.table), self.rowid, printable(&self.parent));
        match rowid {
            Some(rowid) => {
                write!(f, "row {rowid} of table `{table}` refers to a row of `{parent}` that is not there")
            }
            None => write!(f, "a row of table `{table}` refers to a row of `{parent}` that is not there"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(sql: &str) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch("PRAGMA foreign_keys = OFF")?;
        conn.execute_batch(sql)?;
        Ok(conn)
    }

    #[test]
    fn reads_violations() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (NULL), (7);
             CREATE TABLE w(p PRIMARY KEY REFERENCES p) WITHOUT ROWID; INSERT INTO w VALUES (8);",
        )?;
        let found = Violation::read(&conn)?;
        let violation = |table: &str, rowid| Violation { table: table.into(), rowid, parent: "p".into() };
        assert_eq!(found, [violation("c", Some(2)), violation("w", None)]);
        assert_eq!(found[0].to_string(), "row 2 of table `c` refers to a row of `p` that is not there");
        Ok(())
    }

    #[test]
    fn a_mismatch_hides_nothing_else() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY, a); CREATE TABLE bad(a REFERENCES p(a)); INSERT INTO bad VALUES (1);
             CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7);",
        )?;
        assert_eq!(Violation::read(&conn)?.len(), 1);
        Ok(())
    }

    #[test]
    fn only_what_is_more_is_new() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7)",
        )?;
        let before = Violation::read(&conn)?;
        conn.execute_batch("DELETE FROM c; INSERT INTO c(rowid, p) VALUES (99, 7);")?;
        assert_eq!(Violation::new_ones(&before, Violation::read(&conn)?), []);
        conn.execute_batch("INSERT INTO c(rowid, p) VALUES (100, 7);")?;
        assert_eq!(Violation::new_ones(&before, Violation::read(&conn)?)[0].rowid, Some(100));
        Ok(())
    }
}
