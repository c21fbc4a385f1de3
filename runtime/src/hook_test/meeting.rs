//! What a hook meets: the tables with their rows, and which of them it reads.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use onward_core::ledger::LEDGER;
use onward_core::name::quoted;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::database::Database;
use super::watch::Watch;
use crate::error::Error;
use crate::history::Migrations;
use crate::run::{Moment, up_to};

/// So many rows of a table are shown.
const MOST: usize = 20;
/// So many characters of a text, and bytes of a blob.
const LONG: usize = 60;

/// A table as it was met.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// The first of its rows, as they are shown.
    pub(super) rows: Vec<String>,
    pub(super) count: usize,
}

#[derive(Default)]
pub(super) struct Meeting {
    /// The tables with rows.
    pub(super) tables: Vec<Table>,
    /// What the hook reads or changes, in lower case.
    pub(super) touched: BTreeSet<String>,
}

impl Meeting {
    /// What is there at this moment of a run. A hook is called once, to hear which tables it names; what it says is another run's
    /// affair. If the run does not come so far, nothing is known.
    pub(super) fn of(migrations: &Migrations, ran: usize, moment: Moment, database: Database) -> Meeting {
        let mut conn = database.conn;
        let watch = Watch::of(&mut conn);
        let met = RefCell::new(Meeting::default());
        let _ = up_to(migrations, ran, moment, &conn, &|transaction, hook| {
            let reading = Error::sqlite("read what the hook meets");
            let tables = tables(transaction).map_err(&reading)?;
            let views = views(transaction).map_err(&reading)?;
            met.borrow_mut().tables = tables;
            let _ = watch.listen(transaction, || catch_unwind(AssertUnwindSafe(hook)));
            met.borrow_mut().touched = watch.tables(&views);
            Ok(())
        });
        met.into_inner()
    }

    /// The tables that the hook names, or all if that is not known.
    pub(super) fn shown(&self) -> Vec<&Table> {
        let is_touched = |table: &&Table| self.touched.contains(&table.name.to_ascii_lowercase());
        let touched: Vec<&Table> = self.tables.iter().filter(is_touched).collect();
        if touched.is_empty() { self.tables.iter().collect() } else { touched }
    }
}

/// How many rows each table has, by its name in lower case; without virtual ones whose module is not there.
pub(super) fn counts(conn: &Connection) -> Result<BTreeMap<String, i64>> {
    let count = |(schema, table): (String, String)| {
        let sql = format!("SELECT count(*) FROM {schema}.{}", quoted(&table));
        Some((table.to_ascii_lowercase(), conn.query_row(&sql, [], |row| row.get(0)).ok()?))
    };
    Ok(names(conn)?.into_iter().filter_map(count).collect())
}

/// The tables with rows, those that are temporary as well.
fn tables(conn: &Connection) -> Result<Vec<Table>> {
    let read = |(schema, name): (String, String)| table(conn, &schema, name).ok();
    let tables = names(conn)?.into_iter().filter_map(read);
    Ok(tables.filter(|table| table.count > 0).collect())
}

fn table(conn: &Connection, schema: &str, name: String) -> Result<Table> {
    let mut statement = conn.prepare(&format!("SELECT * FROM {schema}.{}", quoted(&name)))?;
    let columns = (0..statement.column_count()).map(|at| Ok(statement.column_name(at)?.to_owned()));
    let columns: Vec<String> = columns.collect::<Result<_>>()?;
    let (mut found, mut rows, mut count) = (statement.query([])?, Vec::new(), 0);
    while let Some(row) = found.next()? {
        count += 1;
        if count <= MOST {
            let values = (0..columns.len()).map(|at| Ok(shown(&row.get(at)?)));
            rows.push(values.collect::<Result<Vec<_>>>()?.join(", "));
        }
    }
    Ok(Table { name, columns, rows, count })
}

/// The tables of the history and of the hook, with the schema that they are in.
fn names(conn: &Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT schema, name FROM pragma_table_list
               WHERE schema IN ('main', 'temp') AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
               ORDER BY schema, name COLLATE NOCASE";
    let mut statement = conn.prepare(sql)?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, String)> = found.collect::<Result<_>>()?;
    Ok(found.into_iter().filter(|(_, name)| !name.to_ascii_lowercase().starts_with(LEDGER)).collect())
}

fn views(conn: &Connection) -> Result<BTreeSet<String>> {
    let mut statement = conn.prepare("SELECT lower(name) FROM pragma_table_list WHERE type = 'view'")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => {
            let short: String = text.chars().take(LONG).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("'{}{more}'", short.replace('\'', "''"))
        }
        Value::Blob(bytes) => {
            let digits: String = bytes.iter().take(LONG / 2).map(|byte| format!("{byte:02x}")).collect();
            let more = if bytes.len() > LONG / 2 { "…" } else { "" };
            format!("x'{digits}{more}'")
        }
    }
}
