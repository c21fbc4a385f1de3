//! Statistics as ANALYZE would find them in large tables: [`sqlite_stat1`](https://www.sqlite.org/fileformat2.html#stat1tab).

use onward_core::name::Ident;
use onward_schema::{Index, Origin, Schema, Table};
use rusqlite::Result;
use rusqlite::types::Value;

use super::few;
use super::index::NewIndex;
use crate::sqlite::sandbox::Sandbox;

/// So many rows has a table.
const ROWS: u64 = 1_000_000;
/// So many has one that is declared small.
const SMALL: u64 = 10;
/// Of so many rows an index with a condition has one.
const PARTIAL: u64 = 10;
/// So many values a column has of which nothing is known.
const VALUES: u64 = 100_000;

/// Has the planner look at what was written.
const LOAD: &str = "ANALYZE main.sqlite_schema";

/// Puts statistics of all tables in the place of those that the history may have left.
pub(super) fn write(sandbox: &Sandbox, schema: &Schema, small: &[String]) -> Result<()> {
    // Makes the table if it is not there.
    sandbox.write(LOAD, &[])?;
    sandbox.write("DELETE FROM main.sqlite_stat1", &[])?;
    if !sandbox.read("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat4'")?.is_empty() {
        sandbox.write("DELETE FROM main.sqlite_stat4", &[])?;
    }
    for table in schema.tables.values().filter(|table| table.module.is_none()) {
        let rows = if small.iter().any(|name| Ident(name) == table.name) { SMALL } else { ROWS };
        add(sandbox, &table.name, None, rows.to_string())?;
        for index in &table.indexes {
            // The key of a table that is sorted by it goes by the table's name.
            let is_table = table.without_rowid && index.origin == Origin::PrimaryKey;
            let name = if is_table { &table.name } else { &index.name };
            add(sandbox, &table.name, Some(name), of_index(table, index, rows))?;
        }
    }
    load(sandbox)
}

/// Adds those of an index that is new.
pub(super) fn add_new(sandbox: &Sandbox, table: &Table, index: &NewIndex, name: &str) -> Result<()> {
    add(
        sandbox,
        &table.name,
        Some(name),
        line(table, ROWS, &index.columns().map(Some).collect::<Vec<_>>(), false),
    )
}

/// Has the planner look at what was written.
pub(super) fn load(sandbox: &Sandbox) -> Result<()> {
    sandbox.write(LOAD, &[]).map(drop)
}

fn add(sandbox: &Sandbox, table: &str, index: Option<&str>, line: String) -> Result<()> {
    let index = index.map_or(Value::Null, |index| Value::Text(index.to_owned()));
    let values = [Value::Text(table.to_owned()), index, Value::Text(line)];
    sandbox.write("INSERT INTO main.sqlite_stat1(tbl, idx, stat) VALUES (?1, ?2, ?3)", &values).map(drop)
}

fn of_index(table: &Table, index: &Index, rows: u64) -> String {
    let rows = if index.partial.is_some() { (rows / PARTIAL).max(1) } else { rows };
    let columns = index.columns.iter().map(|column| match column.is_expression {
        true => None,
        false => Some(column.name_or_expression.as_str()),
    });
    line(table, rows, &columns.collect::<Vec<_>>(), index.unique)
}

/// How many rows there are, and how many have the same values in the first column, in the first two, and so on.
fn line(table: &Table, rows: u64, columns: &[Option<&str>], unique: bool) -> String {
    let (mut line, mut alike) = (rows.to_string(), rows);
    for (number, column) in (1..).zip(columns) {
        let values = column.and_then(|column| few::values(table, column)).unwrap_or(VALUES);
        alike = (alike / values.max(1)).clamp(1, rows.max(1)).max(2);
        if unique && number == columns.len() {
            alike = 1;
        }
        line += &format!(" {alike}");
    }
    line
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn an_index_is_as_selective_as_its_columns() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE t(a INT, done BOOLEAN, b TEXT UNIQUE, UNIQUE (done, a));
             CREATE INDEX x ON t(a, b); CREATE INDEX y ON t(done, lower(b)) WHERE a > 0;",
        )
        .unwrap();
        let schema = Schema::read(&conn).unwrap();
        let table = schema.table("t").unwrap();
        let lines: Vec<String> = table.indexes.iter().map(|index| of_index(table, index, ROWS)).collect();
        assert_eq!(lines, ["1000000 1", "1000000 500000 1", "1000000 10 2", "100000 50000 2"]);
    }
}
