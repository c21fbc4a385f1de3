//! What of a database's rows is still there when the rest of its history has run.

use std::collections::BTreeMap;

use onward::rusqlite::Connection;
use onward::rusqlite::types::Value;
use onward_analysis::Analysis;
use onward_analysis::folder::history::At;
use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::ledger::LEDGER;
use onward_core::name::quoted;
use onward_core::token::significant;
use onward_schema::Schema;

use super::fill::rows;

/// The rows of all tables, by their names in lower case.
pub(crate) struct Rows(BTreeMap<String, Table>);

struct Table {
    count: usize,
    /// The values of each column, as texts that are the same for what SQLite converts, sorted.
    columns: BTreeMap<String, Vec<String>>,
}

impl Rows {
    pub(crate) fn read(conn: &Connection) -> Rows {
        let schema = Schema::read(conn).expect("a schema can be read");
        let tables = schema.tables.iter().filter(|(name, table)| table.module.is_none() && *name != LEDGER);
        let tables = tables.map(|(name, table)| {
            let stored = table.columns.iter().filter(|column| column.generated.is_none());
            let columns: Vec<&str> = stored.map(|column| column.name.as_str()).collect();
            let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            let sql = format!("SELECT {} FROM {}", names.join(", "), quoted(&table.name));
            let rows = rows(conn, &sql);
            let values = |at: usize| {
                let mut values: Vec<String> = rows.iter().map(|row| plain(&row[at])).collect();
                values.sort();
                values
            };
            let columns =
                columns.iter().enumerate().map(|(at, name)| (name.to_ascii_lowercase(), values(at)));
            (name.clone(), Table { count: rows.len(), columns: columns.collect() })
        });
        Rows(tables.collect())
    }

    /// What is gone of a table that is still there, but for what these statements take away in so many words.
    pub(crate) fn lost(&self, after: &Rows, analysis: &Analysis, pending: &[At]) -> Vec<String> {
        let mut lost = Vec::new();
        for (name, before) in &self.0 {
            let Some(now) = after.0.get(name) else { continue };
            if is_emptied(analysis, pending, name)
                || is_picked(analysis, pending, name)
                || self.is_aside(after, analysis, pending, name)
            {
                continue;
            }
            if now.count < before.count {
                lost.push(format!("`{name}` has {} of {} rows", now.count, before.count));
                continue;
            }
            for (column, values) in &before.columns {
                let Some(left) = now.columns.get(column) else { continue };
                if !is_written(analysis, pending, name, column) && !holds(left, values) {
                    lost.push(format!("`{name}.{column}` had {values:?} and has {left:?}"));
                }
            }
        }
        lost
    }

    /// Whether a table is kept under another name, and a new one has its own.
    fn is_aside(&self, after: &Rows, analysis: &Analysis, pending: &[At], table: &str) -> bool {
        pending.iter().any(|&at| match &analysis.history.statement(at).kind {
            Kind::Alter { table: old, change: Some(Change::RenameTable(to)) } => {
                let to = to.text.to_ascii_lowercase();
                old.is(table) && !self.0.contains_key(&to) && after.0.contains_key(&to)
            }
            _ => false,
        })
    }
}

/// Whether all of these sorted values are among the others.
fn holds(all: &[String], some: &[String]) -> bool {
    let mut all = all.iter();
    // Where there was nothing, nothing is lost.
    some.iter().filter(|value| *value != NULL).all(|value| all.any(|other| other == value))
}

const NULL: &str = "NULL";

/// A value without what a column's affinity makes of it.
fn plain(value: &Value) -> String {
    let number = |number: f64| format!("{number}");
    match value {
        Value::Null => NULL.to_owned(),
        Value::Integer(integer) => number(*integer as f64),
        Value::Real(real) => number(*real),
        Value::Text(text) => text.trim().parse().map_or_else(|_| format!("'{text}'"), number),
        Value::Blob(blob) => format!("{blob:?}"),
    }
}

/// Whether a copy out of a table says which of its rows it takes.
fn is_picked(analysis: &Analysis, pending: &[At], table: &str) -> bool {
    pending.iter().any(|&at| {
        let tokens: Vec<_> = significant(analysis.history.sql(at)).collect();
        let has = |words: &[&str]| tokens.iter().any(|token| words.iter().any(|word| token.is(word)));
        let names = tokens.iter().filter_map(|token| token.name());
        has(&["INSERT", "REPLACE"])
            && has(&["SELECT"])
            && has(&["WHERE", "DISTINCT", "GROUP", "LIMIT"])
            && names.into_iter().any(|name| name.eq_ignore_ascii_case(table))
    })
}

/// Whether a DELETE, or a DROP without a copy, takes rows of a table away.
fn is_emptied(analysis: &Analysis, pending: &[At], table: &str) -> bool {
    let history = &analysis.history;
    let begins = |at: &At, words: &[&str]| {
        let first = significant(history.sql(*at)).next();
        first.is_some_and(|first| words.iter().any(|word| first.is(word)))
    };
    let names = |at: &At| !history.named(*at, table).is_empty();
    let deletes = pending.iter().any(|at| names(at) && begins(at, &["DELETE", "REPLACE"]));
    let drops = |at: &&At| matches!(&history.statement(**at).kind, Kind::Drop { object: ObjectKind::Table, name } if name.is(table));
    let copies = |at: &&At| {
        begins(at, &["INSERT", "WITH", "CREATE"])
            && names(at)
            && significant(history.sql(**at)).any(|token| token.is("SELECT"))
    };
    deletes || (pending.iter().any(|at| drops(&at)) && !pending.iter().any(|at| copies(&at)))
}

/// Whether an UPDATE, or an expression in a copy, makes other values of a column, or a DROP COLUMN takes them away.
fn is_written(analysis: &Analysis, pending: &[At], table: &str, column: &str) -> bool {
    let history = &analysis.history;
    pending.iter().any(|&at| {
        let names = |name: &str| !history.named(at, name).is_empty();
        let drops = matches!(&history.statement(at).kind,
            Kind::Alter { table: of, change: Some(Change::Drop(dropped)) } if of.is(table) && dropped.is(column));
        let has = |word: &str| significant(history.sql(at)).any(|token| token.is(word));
        drops
            || (has("UPDATE") && names(table) && names(column))
            || (has("INSERT") && has("SELECT") && names(table) && names(column) && has("("))
                && ["CASE", "COALESCE", "IFNULL", "CAST", "REPLACE", "LOWER", "UPPER", "TRIM", "STRFTIME"]
                    .iter()
                    .any(|word| has(word))
    })
}
