//! The tables and triggers of a database, read once for many questions.

use std::collections::HashMap;

use onward_core::kind::ObjectKind;
use rusqlite::{Connection, OptionalExtension, Result, params_from_iter};

/// The name of an ordinary table as written, and its text.
pub(crate) fn table(conn: &Connection, name: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT name, sql FROM main.sqlite_schema
               WHERE name = ?1 COLLATE NOCASE AND type = 'table' AND rootpage > 0 AND sql IS NOT NULL";
    conn.prepare(sql)?.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// The texts of what a table has of a kind, indexes or triggers, without what SQLite makes by itself.
pub(crate) fn parts(conn: &Connection, table: &str, kind: ObjectKind) -> Result<Vec<String>> {
    let sql = "SELECT sql FROM main.sqlite_schema
               WHERE type = ?1 AND tbl_name = ?2 COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid";
    conn.prepare(sql)?.query_map([kind.as_str(), table], |row| row.get(0))?.collect()
}

/// What there is of one name.
#[derive(Debug, Default, Clone)]
pub(crate) struct Known {
    /// The name and the text of the ordinary table.
    pub(crate) table: Option<(String, String)>,
    /// The texts of its triggers.
    pub(crate) triggers: Vec<String>,
}

/// From so many tables on, all are read at once.
const MANY: usize = 4;

/// The tables and triggers of a database while they stay as they are, each read when somebody asks for it.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// By the names of the tables in lower case.
    known: HashMap<String, Known>,
    is_whole: bool,
}

impl Catalogue {
    /// What there is of a table.
    pub(crate) fn table(&mut self, conn: &Connection, name: &str) -> Result<Known> {
        let name = name.to_ascii_lowercase();
        if let Some(known) = self.known.get(&name) {
            return Ok(known.clone());
        }
        if !self.is_whole {
            if self.known.len() < MANY {
                self.known.entry(name.clone()).or_default();
                self.read(
                    conn,
                    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema
                     WHERE (type = 'table' AND rootpage > 0 AND name = ?1 COLLATE NOCASE
                            OR type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE) AND sql IS NOT NULL",
                    &[&name],
                )?;
            } else {
                self.known.clear();
                self.is_whole = true;
                self.read(
                    conn,
                    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema
                     WHERE (type = 'table' AND rootpage > 0 OR type = 'trigger') AND sql IS NOT NULL",
                    &[],
                )?;
            }
        }
        Ok(self.known.get(&name).cloned().unwrap_or_default())
    }

    fn read(&mut self, conn: &Connection, sql: &str, values: &[&str]) -> Result<()> {
        let mut query = conn.prepare(sql)?;
        let mut rows = query.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
            let is_table = kind == "table";
            let table = if is_table { name.clone() } else { row.get(2)? };
            let known = self.known.entry(table.to_ascii_lowercase()).or_default();
            match is_table {
                true => known.table = Some((name, sql)),
                false => known.triggers.push(sql),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_by_one_or_all_at_once_it_is_the_same() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE T(a); CREATE TABLE u(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
             CREATE TRIGGER h AFTER DELETE ON T BEGIN SELECT 2; END; CREATE VIEW v AS SELECT 1 AS a;
             CREATE TRIGGER i INSTEAD OF INSERT ON v BEGIN SELECT 3; END; CREATE INDEX x ON t(a);",
        )
        .unwrap();
        let names = ["t", "U", "v", "x", "none", "T", "u", "V", "X", "None"];
        let mut catalogue = Catalogue::default();
        let found = names.map(|name| {
            let Known { table, triggers } = catalogue.table(&conn, name).unwrap();
            (table.map(|(name, _)| name), triggers.len())
        });
        assert!(catalogue.is_whole);
        let (table, view, none) =
            (|name: &str, triggers| (Some(name.to_owned()), triggers), (None, 1), (None, 0));
        let once = [table("T", 2), table("u", 0), view, none.clone(), none];
        assert_eq!(found, [once.clone(), once].concat()[..]);
    }
}
