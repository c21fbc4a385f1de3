//! What a schema is made of, and how it is made once more.

use onward::rusqlite::{self, Connection};
use onward_core::kind::{Kind, ObjectKind};

/// Asks an engine for every [`Object`], name and text, in the order in which they were made.
pub const OBJECTS: &str =
    "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY rowid";

/// An object of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// The text that SQLite keeps of it.
    pub sql: String,
}

impl Object {
    /// Whether it is a table, a virtual one for instance.
    pub fn is_table(&self) -> bool {
        self.is(ObjectKind::Table)
    }

    /// Whether it is a trigger.
    pub fn is_trigger(&self) -> bool {
        self.is(ObjectKind::Trigger)
    }

    fn is(&self, kind: ObjectKind) -> bool {
        matches!(Kind::of(&self.sql), Kind::Create { object, .. } if object == kind)
    }

    /// Makes it in a database of this program's.
    ///
    /// # Errors
    /// If this SQLite does not make it.
    pub fn make(&self, conn: &Connection) -> rusqlite::Result<()> {
        // What is behind a virtual table was made with it. A trigger may have the name of a table.
        if self.is_trigger() || !has(conn, &self.name)? { conn.execute_batch(&self.sql) } else { Ok(()) }
    }
}

/// Whether there is something of this name.
pub(crate) fn has(conn: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE)";
    conn.query_row(sql, [name], |row| row.get(0))
}
