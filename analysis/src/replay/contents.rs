//! What is in a table at one moment.

use std::collections::BTreeSet;

use onward_core::name::quoted;
use rusqlite::Result;
use rusqlite::types::Value;

use super::write::Item;
use crate::sqlite::sandbox::Sandbox;

/// Tables with more rows than this are not compared.
const MOST: usize = 1000;

/// The rows of a table, without the columns that are computed.
#[derive(Debug)]
pub(super) struct Contents {
    /// In lower case.
    pub(super) columns: Vec<String>,
    /// In the order of the rowids; the rowid comes first, NULL where there is none.
    pub(super) rows: Vec<Vec<Value>>,
}

impl Contents {
    /// Reads a table; `None` for one that is not there, virtual, or too large.
    pub(super) fn read(sandbox: &Sandbox, table: &str) -> Result<Option<Contents>> {
        if sandbox.known(table)?.table.is_none() {
            return Ok(None);
        }
        let columns = sandbox.columns(table)?;
        let columns = columns.iter().filter(|column| !column.is_hidden);
        let columns: Vec<String> = columns.map(|column| column.name.to_ascii_lowercase()).collect();
        if columns.is_empty() {
            return Ok(None);
        }
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let sql = |rowid: &str| {
            let (names, table) = (names.join(", "), quoted(table));
            format!("SELECT {rowid}, {names} FROM main.{table} ORDER BY 1 LIMIT {}", MOST + 1)
        };
        let rows = sandbox.read(&sql("_rowid_")).or_else(|_| sandbox.read(&sql("NULL")));
        // A text that is no UTF-8 cannot be compared.
        let rows = rows.ok().filter(|rows| rows.len() <= MOST);
        Ok(rows.map(|rows| Contents { columns, rows }))
    }

    /// The values of a column, sorted.
    pub(super) fn values(&self, column: &str) -> Option<Vec<&Value>> {
        let at = self.columns.iter().position(|name| name == column)? + 1;
        let mut values: Vec<&Value> = self.rows.iter().map(|row| &row[at]).collect();
        values.sort_by_cached_key(|value| format!("{value:?}"));
        Some(values)
    }

    /// Whether no two rows have the same in these columns, so that a GROUP BY merges none.
    pub(super) fn is_told_apart(&self, columns: &[Item]) -> bool {
        let place = |item: &Item| match item {
            Item::Column(column) => self.columns.iter().position(|name| name == column),
            _ => None,
        };
        let places: Vec<usize> = columns.iter().filter_map(place).collect();
        let key =
            |row: &Vec<Value>| places.iter().map(|&at| format!("{:?}", row[at + 1])).collect::<Vec<_>>();
        let keys: BTreeSet<Vec<String>> = self.rows.iter().map(key).collect();
        columns.is_empty() || keys.len() > 1 && keys.len() == self.rows.len()
    }

    /// The rowids, of a table that has them.
    pub(super) fn rowids(&self) -> Vec<&Value> {
        self.rows.iter().map(|row| &row[0]).filter(|value| **value != Value::Null).collect()
    }
}

/// How many rows a table has; `None` if it cannot be read.
pub(super) fn count_rows(sandbox: &Sandbox, table: &str) -> Option<i64> {
    let sql = format!("SELECT count(*) FROM main.{}", quoted(table));
    sandbox.conn().query_row(&sql, [], |row| row.get(0)).ok()
}
