//! Reading the schema of a database that changes a little at a time.

use std::collections::HashMap;

use rusqlite::{Connection, Result};

use crate::catalog::{self, Entry};
use crate::{ObjectKind, Schema, Table};

/// Reads a schema again and again, and asks nothing about a table whose text and whose indexes' texts are as they were.
///
/// ```
/// use onward_schema::{Schema, SchemaReader};
///
/// let conn = rusqlite::Connection::open_in_memory()?;
/// let mut reader = SchemaReader::default();
/// for sql in ["CREATE TABLE a(x)", "CREATE TABLE b(x)", "ALTER TABLE b ADD COLUMN y"] {
///     conn.execute_batch(sql)?;
///     assert_eq!(reader.read(&conn)?, Schema::read(&conn)?);
/// }
/// # Ok::<(), rusqlite::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct SchemaReader {
    /// By the names in lower case.
    known: HashMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    texts: Vec<String>,
    table: Table,
}

impl SchemaReader {
    /// The schema as it is now, as [`Schema::read`] gives it.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn read(&mut self, conn: &Connection) -> Result<Schema> {
        let entries = catalog::entries(conn)?;
        let mut texts: HashMap<String, Vec<String>> = HashMap::new();
        for entry in &entries {
            if matches!(entry.kind, ObjectKind::Table | ObjectKind::Index) {
                texts.entry(entry.table.to_ascii_lowercase()).or_default().push(entry.sql.clone());
            }
        }
        let mut last = std::mem::take(&mut self.known);
        let known = |entry: &Entry| {
            let key = entry.name.to_ascii_lowercase();
            let found = last.remove(&key).filter(|known| texts.get(&key) == Some(&known.texts));
            found.map(|known| known.table)
        };
        let schema = Schema::of(conn, entries, known)?;
        for (name, table) in &schema.tables {
            // What a virtual table has is its module's to say.
            if let (None, Some(texts)) = (&table.module, texts.remove(name)) {
                self.known.insert(name.clone(), Known { texts, table: table.clone() });
            }
        }
        Ok(schema)
    }
}
