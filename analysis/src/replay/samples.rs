//! The sample rows of the release before a migration, for a test of its hook: what a program may have written there.
//!
//! They are made anew for the schema of that release, and not carried there through the history: no hook runs in the replay, so
//! that rows which an earlier hook has had to do with would be there as no database has them.

use std::collections::{BTreeMap, HashMap};

use onward_core::name::quoted;
use onward_schema::objects;
use rusqlite::Result;
use rusqlite::types::Value;

use super::odd;
use super::outcome::Replay;
use super::rows::{Filler, Written};
use super::sample::Rows;
use crate::folder::history::History;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::{Field, TableModel};

/// The rows that databases may have when a migration runs on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Samples {
    /// How many migrations the release before it has; with none, no database is there before it.
    pub from: usize,
    /// Ordinary rows.
    pub mild: Vec<Insert>,
    /// Legal and unusual ones.
    pub harsh: Vec<Insert>,
    /// The tables that none could be made for, and why.
    pub empty: BTreeMap<String, String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// Its table.
    pub table: String,
    /// The statement that writes it.
    pub sql: String,
}

impl Replay {
    /// The rows of the release before a migration, in the order in which they can be written.
    pub(crate) fn samples(&self, history: &History, migration: usize) -> Result<Samples> {
        let last = (0..migration).rev().find(|&index| history.releases.stop(index).is_some());
        let Some(last) = last else { return Ok(Samples::default()) };
        let released = self.released(history, last)?;
        let config = &history.config;
        let kinds = released.with_sandbox(config, |start| -> Result<_> {
            let of = |rows| rows_of(rows, start.copy(config)?);
            Ok((of(Rows::Mild)?, of(Rows::Harsh)?))
        });
        let Some(((mild, empty), (harsh, _))) = kinds.transpose()? else { return Ok(Samples::default()) };
        Ok(Samples { from: last + 1, mild, harsh, empty })
    }
}

/// Rows of this kind for a database, and the tables that none could be made for.
fn rows_of(rows: Rows, sandbox: Sandbox) -> Result<(Vec<Insert>, BTreeMap<String, String>)> {
    let mut filler = Filler::new(rows);
    *filler.written.get_mut() = Some(Vec::new());
    let tables = objects(sandbox.conn())?;
    sandbox.filling(|| {
        tables.iter().try_for_each(|table| {
            filler.fill(&sandbox, table)?;
            match rows {
                Rows::Mild => Ok(()),
                Rows::Harsh if filler.has_filled(&sandbox, table) => {
                    let Some(model) = sandbox.model(table)? else { return Ok(()) };
                    old(&sandbox, &filler, &model);
                    odd::put(&sandbox, &filler, &model);
                    Ok(())
                }
                Rows::Harsh => Ok(()),
            }
        })
    })?;
    let written = filler.written.take().unwrap_or_default();
    Ok((written.iter().map(insert).collect(), filler.empty))
}

/// Puts in a row that is older than the columns that have a default: an ALTER TABLE has given it that.
fn old(sandbox: &Sandbox, filler: &Filler, model: &TableModel) {
    let default = |field: &Field| constant(sandbox, field.default.as_deref()?);
    let defaults = model.columns.iter().enumerate().filter_map(|(at, field)| Some((at, default(field)?)));
    let defaults: HashMap<usize, Value> = defaults.collect();
    if !defaults.is_empty() {
        // Where there can be none, there is none.
        let _ = filler.with_all(sandbox, model, &defaults);
    }
}

/// The value of a default, if it is one that a column can be added with.
fn constant(sandbox: &Sandbox, default: &str) -> Option<Value> {
    let is_changing = default.contains('(') || default.to_ascii_uppercase().starts_with("CURRENT_");
    let rows = (!is_changing).then(|| sandbox.with_strings(|| sandbox.read(&format!("SELECT {default}"))));
    rows?.ok()?.into_iter().next()?.into_iter().next()
}

fn insert(row: &Written) -> Insert {
    let Written { table, columns, values } = row;
    let values: Vec<String> = values.iter().map(literal).collect();
    let sql = format!("INSERT INTO main.{}({columns}) VALUES ({})", quoted(table), values.join(", "));
    Insert { table: table.clone(), sql }
}

/// A value as SQL, the very same one.
fn literal(value: &Value) -> String {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) if number.is_infinite() => {
            format!("{}9e999", if *number < 0.0 { "-" } else { "" })
        }
        Value::Real(number) => format!("{number:?}"),
        // The text of a statement ends at a NUL.
        Value::Text(text) if text.contains('\0') => format!("CAST(x'{}' AS TEXT)", hex(text.as_bytes())),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Blob(bytes) => format!("x'{}'", hex(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use onward_schema::Violation;
    use rusqlite::Connection;

    use super::*;
    use crate::checks::testing::folder;

    #[test]
    fn a_literal_is_the_same_value() {
        let conn = Connection::open_in_memory().unwrap();
        for value in [
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Integer(-1),
            Value::Real(0.1 + 0.2),
            Value::Real(1e300),
            Value::Real(2.0),
            Value::Real(f64::NEG_INFINITY),
            Value::Text("it's \"a\"; --\n".into()),
            Value::Text("a\0'b".into()),
            Value::Blob(vec![0, 39, 255]),
            Value::Blob(Vec::new()),
        ] {
            let sql = format!("SELECT {}", literal(&value));
            assert_eq!(conn.query_row(&sql, [], |row| row.get::<_, Value>(0)).unwrap(), value, "{sql}");
        }
    }

    const TABLES: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY, a TEXT);
        CREATE TABLE t(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id));
        CREATE TABLE never(a INT NOT NULL CHECK (a > 1 AND a < 1));";

    fn tables(rows: &[Insert], table: &str) -> usize {
        rows.iter().filter(|row| row.table == table).count()
    }

    #[test]
    fn they_are_those_of_the_release_before() {
        let analysis = folder(&[("1_a.sql", TABLES), ("2_b.sql", "ALTER TABLE t ADD COLUMN b TEXT;")]);
        assert_eq!(analysis.samples(0).unwrap(), Samples::default());
        let samples = analysis.samples(1).unwrap();
        assert_eq!(samples.from, 1);
        assert_eq!((tables(&samples.mild, "p"), tables(&samples.mild, "t")), (1, 1));
        assert!(tables(&samples.harsh, "p") >= 4 && tables(&samples.harsh, "t") >= 4);
        assert_eq!(samples.empty.keys().collect::<Vec<_>>(), ["never"]);
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(TABLES).unwrap();
        samples.harsh.iter().for_each(|row| conn.execute_batch(&row.sql).unwrap());
        let nulls: i64 =
            conn.query_row("SELECT count(*) FROM p WHERE a IS NULL", [], |row| row.get(0)).unwrap();
        assert!(nulls > 0);
        assert_eq!(Violation::read(&conn).unwrap(), []);
    }

    #[test]
    fn values_are_odd_where_nothing_says_what_they_are() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL, n INTEGER NOT NULL, day DATETIME NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('x', 'y')), code TEXT UNIQUE, p INTEGER NOT NULL REFERENCES t(id));";
        let samples = folder(&[("1_a.sql", table), ("2_b.sql", "DROP TABLE t;")]).samples(1).unwrap();
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(table).unwrap();
        samples.harsh.iter().for_each(|row| conn.execute_batch(&row.sql).unwrap());
        let count = |of: &str| -> i64 {
            conn.query_row(&format!("SELECT count(*) FROM t WHERE {of}"), [], |row| row.get(0)).unwrap()
        };
        for odd in
            ["a = '' AND n = 0 AND code = ''", "a = 'äöü ' AND n = -1", "a = 'It''s' AND n > 4294967295"]
        {
            assert_eq!(count(odd), 1, "{odd}: {samples:?}");
        }
        assert_eq!((count("day = ''"), count("kind = ''"), count("p = -1")), (0, 0, 0));
        assert!(samples.mild.iter().all(|row| !row.sql.contains("''")));
    }

    #[test]
    fn a_row_is_older_than_its_columns() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL DEFAULT '', c INT DEFAULT -7,
            d BOOLEAN NOT NULL DEFAULT FALSE, e TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, f TEXT NOT NULL DEFAULT \"x\");";
        let samples = folder(&[("1_a.sql", table), ("2_b.sql", "DROP TABLE t;")]).samples(1).unwrap();
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(table).unwrap();
        samples.harsh.iter().for_each(|row| conn.execute_batch(&row.sql).unwrap());
        let sql = "SELECT count(*) FROM t WHERE a <> '' AND b = '' AND c = -7 AND d = 0 AND f = 'x'";
        assert_eq!(conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "{samples:?}");
    }
}
