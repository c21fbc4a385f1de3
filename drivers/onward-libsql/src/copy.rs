//! The server's database once more, with its rows. What the server itself gives as a copy, the SQL of `/dump`, has whole fractions as
//! integers, and does not end where a name has a quotation mark in it.

use onward::rusqlite::types::Value;
use onward::rusqlite::{self, Connection, params_from_iter};
use onward_batch::{Failure, OBJECTS, Object, quoted};

use crate::cursor::Cursor;

/// What else is copied beside the tables.
pub(crate) const VERSION: &str = "PRAGMA user_version";

/// One from a row of [`OBJECTS`].
pub(crate) fn object(row: Vec<Value>) -> Option<Object> {
    match <[Value; 2]>::try_from(row) {
        Ok([Value::Text(name), Value::Text(sql)]) => Some(Object { name, sql }),
        _ => None,
    }
}

/// A table whose rows are copied.
struct Table {
    name: String,
    columns: Vec<String>,
}

/// A database that has the tables and not yet the rows.
pub(crate) struct Copy<'c> {
    conn: &'c Connection,
    objects: Vec<Object>,
    tables: Vec<Table>,
}

impl<'c> Copy<'c> {
    /// Makes the tables in an empty database.
    pub(crate) fn begin(conn: &'c Connection, objects: Vec<Object>) -> Result<Copy<'c>, Failure> {
        // The rows are as they are, whatever they should be.
        let settings = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN";
        conn.execute_batch(settings).map_err(|error| local(&error))?;
        let mut copy = Copy { conn, objects, tables: Vec::new() };
        copy.make(true)?;
        copy.tables = copy.tables().map_err(|error| local(&error))?;
        Ok(copy)
    }

    /// What to ask, in one transaction: [`OBJECTS`], [`VERSION`], and the rows of each table.
    pub(crate) fn queries(&self) -> Vec<String> {
        let rows = |table: &Table| format!("SELECT {} FROM main.{}", table.columns.join(", "), table.name);
        [OBJECTS.to_owned(), VERSION.to_owned()].into_iter().chain(self.tables.iter().map(rows)).collect()
    }

    /// Takes the answers, one after the other, and makes what builds on the tables.
    pub(crate) fn fill(self, cursor: &mut Cursor<'_>) -> Result<(), Failure> {
        let mut found = Vec::new();
        cursor.rows(|row| {
            found.push(object(row));
            Ok(())
        })?;
        if !found.iter().map(Option::as_ref).eq(self.objects.iter().map(Some)) {
            return Err(Failure::Unreachable {
                message: "the schema has changed while it was read".to_owned(),
            });
        }
        let mut version = None;
        cursor.rows(|row| {
            version = row.into_iter().next();
            Ok(())
        })?;
        if let Some(Value::Integer(version)) = version {
            self.conn.pragma_update(None, "user_version", version).map_err(|error| local(&error))?;
        }
        for Table { name, columns } in &self.tables {
            // What a virtual table, or AUTOINCREMENT, has put there already.
            self.conn.execute(&format!("DELETE FROM main.{name}"), []).map_err(|error| local(&error))?;
            let places = vec!["?"; columns.len()].join(", ");
            let sql = format!("INSERT INTO main.{name}({}) VALUES ({places})", columns.join(", "));
            let mut insert = self.conn.prepare(&sql).map_err(|error| local(&error))?;
            cursor.rows(|row| match row.len() == columns.len() {
                true => insert.execute(params_from_iter(row)).map(drop).map_err(|error| local(&error)),
                false => Err(Failure::Denied { message: format!("a row of {name} has not its columns") }),
            })?;
        }
        cursor.end()?;
        self.make(false)?;
        self.conn
            .execute_batch("COMMIT; PRAGMA ignore_check_constraints = OFF")
            .map_err(|error| local(&error))
    }

    /// Makes the tables, or what builds on them.
    fn make(&self, tables: bool) -> Result<(), Failure> {
        self.objects.iter().filter(|object| object.is_table() == tables).try_for_each(|object| {
            object.make(self.conn).map_err(|error| Failure::Local {
                message: format!("its schema cannot be made here: {error}\n  {}", object.sql),
            })
        })
    }

    /// What has rows of its own; the numbers of AUTOINCREMENT last, since the rows change them.
    fn tables(&self) -> rusqlite::Result<Vec<Table>> {
        let sql = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')
            AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite\\_%' ESCAPE '\\') ORDER BY name = 'sqlite_sequence'";
        let mut query = self.conn.prepare(sql)?;
        let tables = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
        tables
            .map(|table| {
                let (name, has_no_rowid) = table?;
                Ok(Table { columns: self.columns(&name, has_no_rowid)?, name: quoted(&name) })
            })
            .collect()
    }

    /// The columns that are written, with the rowid under a name that no column has.
    fn columns(&self, table: &str, has_no_rowid: bool) -> rusqlite::Result<Vec<String>> {
        let mut query = self.conn.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")?;
        let columns = query.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let columns = columns.collect::<rusqlite::Result<Vec<(String, i64)>>>()?;
        let is_free = |name: &&str| !columns.iter().any(|(column, _)| column.eq_ignore_ascii_case(name));
        let rowid = ["rowid", "oid", "_rowid_"].into_iter().find(is_free).filter(|_| !has_no_rowid);
        // Generated ones are not written.
        let written = columns.iter().filter(|(_, hidden)| *hidden == 0).map(|(name, _)| quoted(name));
        Ok(rowid.map(str::to_owned).into_iter().chain(written).collect())
    }
}

fn local(error: &rusqlite::Error) -> Failure {
    Failure::Local { message: format!("the copy cannot be written: {error}") }
}
