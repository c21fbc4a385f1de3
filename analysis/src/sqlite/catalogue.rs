//! The tables and triggers of a database, read once for many questions.

use std::collections::HashMap;

use onward_core::kind::ObjectKind;
use rusqlite::{Connection, OptionalExtension, Result};

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

/// The tables and triggers of a database at one moment.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// The name and the text of each ordinary table, by its name in lower case.
    tables: HashMap<String, (String, String)>,
    /// The texts of each table's triggers, by the table's name in lower case.
    triggers: HashMap<String, Vec<String>>,
}

impl Catalogue {
    pub(crate) fn read(conn: &Connection) -> Result<Catalogue> {
        let mut query = conn.prepare(
            "SELECT type, name, tbl_name, sql FROM main.sqlite_schema
             WHERE (type = 'table' AND rootpage > 0 OR type = 'trigger') AND sql IS NOT NULL",
        )?;
        let mut rows = query.query([])?;
        let mut catalogue = Catalogue::default();
        while let Some(row) = rows.next()? {
            let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
            match kind.as_str() {
                "table" => drop(catalogue.tables.insert(name.to_ascii_lowercase(), (name, sql))),
                _ => {
                    let table = row.get::<_, String>(2)?.to_ascii_lowercase();
                    catalogue.triggers.entry(table).or_default().push(sql);
                }
            }
        }
        Ok(catalogue)
    }

    /// The name of an ordinary table as written, and its text.
    pub(crate) fn table(&self, name: &str) -> Option<(String, String)> {
        self.tables.get(&name.to_ascii_lowercase()).cloned()
    }

    /// The texts of a table's triggers.
    pub(crate) fn triggers(&self, table: &str) -> Vec<String> {
        self.triggers.get(&table.to_ascii_lowercase()).cloned().unwrap_or_default()
    }
}
