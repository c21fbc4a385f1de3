//! The engine's database once more in memory, without the application's rows.

use onward::rusqlite::types::{ToSqlOutput, Value as Own};
use onward::rusqlite::{self, Connection, ToSql, params_from_iter};

use onward_core::name::quoted;

use crate::engine::Value;
use crate::error::{Error, ErrorKind, Result};
use crate::object::{Object, has};
use crate::state::State;

/// What has a text in the schema and is not the ledger's.
const SCHEMA: &str =
    "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    AND lower(tbl_name) <> ?1 ORDER BY name";

pub(crate) struct Mirror(pub(crate) Connection);

impl Mirror {
    /// One of what was read.
    pub(crate) fn of(state: &State, ledger: &str) -> Result<Mirror> {
        let making = |source| Error::from(ErrorKind::Mirror { object: None, source });
        let conn = Connection::open_in_memory().map_err(making)?;
        // None fires while the ledger gets its rows.
        let (triggers, others): (Vec<_>, Vec<_>) =
            state.objects.iter().partition(|object| object.is_trigger());
        make(&conn, &others)?;
        if let Some((columns, rows)) = &state.ledger {
            fill(&conn, ledger, columns, rows).map_err(making)?;
        }
        make(&conn, &triggers)?;
        Ok(Mirror(conn))
    }

    /// The row of the ledger for this version: version, name, checksum, chain, and when.
    pub(crate) fn row(&self, ledger: &str, version: i64) -> Result<[Value; 5]> {
        let sql = format!(
            "SELECT version, name, checksum, chain, applied_at FROM main.{ledger} WHERE version = ?1"
        );
        let text = |row: &rusqlite::Row<'_>, column: usize| row.get(column).map(Value::Text);
        let read = |row: &rusqlite::Row<'_>| {
            Ok([Value::Integer(row.get(0)?), text(row, 1)?, text(row, 2)?, text(row, 3)?, text(row, 4)?])
        };
        let row = self.0.query_row(&sql, [version], read);
        row.map_err(|source| ErrorKind::Mirror { object: None, source }.into())
    }

    /// The schema, without the ledger.
    pub(crate) fn schema(&self, ledger: &str) -> Result<Vec<Object>> {
        let read = || {
            let mut query = self.0.prepare(SCHEMA)?;
            let rows = query.query_map([ledger], |row| Ok(Object { name: row.get(0)?, sql: row.get(1)? }))?;
            rows.collect::<rusqlite::Result<Vec<Object>>>()
        };
        read().map_err(|source| ErrorKind::Mirror { object: None, source }.into())
    }

    /// The names of those that were there and are no more.
    pub(crate) fn gone(&self, before: &[Object]) -> Result<Vec<String>> {
        let mut gone = Vec::new();
        for Object { name, .. } in before {
            if !has(&self.0, name).map_err(|source| ErrorKind::Mirror { object: None, source })? {
                gone.push(name.clone());
            }
        }
        Ok(gone)
    }
}

fn make(conn: &Connection, objects: &[&Object]) -> Result<()> {
    objects.iter().try_for_each(|object| {
        let failed = |source| ErrorKind::Mirror { object: Some(object.sql.clone()), source }.into();
        object.make(conn).map_err(failed)
    })
}

fn fill(conn: &Connection, ledger: &str, columns: &[String], rows: &[Vec<Value>]) -> rusqlite::Result<()> {
    let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO main.{ledger}({}) VALUES ({places})", names.join(", "));
    let mut insert = conn.prepare(&sql)?;
    rows.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(Own::Null),
            Value::Integer(number) => ToSqlOutput::Owned(Own::Integer(*number)),
            Value::Text(text) => text.as_str().into(),
        })
    }
}
