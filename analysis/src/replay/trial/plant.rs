//! Puts a row with given values into a table, beside those that are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use onward_core::name::quoted;
use onward_core::token::{Token, list};
use rusqlite::Result;
use rusqlite::types::Value;

use super::demand::Condition;
use crate::replay::sample::Rows;
use crate::replay::value::value;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::TableModel;

/// Values for some columns of a row, by their numbers.
pub(super) type Pins = BTreeMap<usize, Value>;

/// What rows that come later begin with.
const LATER: i64 = 70_000;

/// A table that has rows.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) model: Arc<TableModel>,
    /// A row of it, with as few NULLs as there are.
    pub(super) base: Vec<Value>,
    /// What no two rows may have in common: columns, and those that expressions name.
    unique: Vec<Vec<usize>>,
    /// What is unique among some of the rows only, and among which.
    pub(super) partial: Vec<(Vec<usize>, Condition)>,
    /// What triggers say that refuse rows.
    pub(super) refused: Vec<Condition>,
}

impl Ground {
    /// Reads a table; `None` for one that has no rows, or none that are understood.
    pub(super) fn read(sandbox: &Sandbox, table: &str) -> Result<Option<Ground>> {
        let Some(model) = sandbox.model(table)? else { return Ok(None) };
        let names: Vec<String> = model.columns.iter().map(|field| quoted(&field.name)).collect();
        let nulls: Vec<String> = names.iter().map(|name| format!("({name} IS NULL)")).collect();
        let sql = format!(
            "SELECT {} FROM main.{} ORDER BY {} LIMIT 1",
            names.join(", "),
            quoted(&model.name),
            nulls.join(" + ")
        );
        let Some(base) = sandbox.read(&sql).ok().and_then(|rows| rows.into_iter().next()) else {
            return Ok(None);
        };
        let mut ground = Ground {
            unique: model.unique.iter().filter(|columns| !columns.is_empty()).cloned().collect(),
            model,
            base,
            partial: Vec::new(),
            refused: Vec::new(),
        };
        ground.objects(sandbox)?;
        Ok(Some(ground))
    }

    /// Reads what indexes and triggers say of the table.
    fn objects(&mut self, sandbox: &Sandbox) -> Result<()> {
        let known = sandbox.known(&self.model.name)?;
        for trigger in &known.triggers {
            let tokens = list(trigger);
            if tokens.iter().any(|token| token.is("RAISE")) {
                self.refused.push(Condition::of_trigger(&tokens));
            }
        }
        for index in &known.indexes {
            let tokens = list(index);
            if !tokens.iter().any(|token| token.is("UNIQUE")) {
                continue;
            }
            let (inside, condition) = self::index(&tokens);
            let columns = self.columns(inside);
            if let Some(condition) = condition {
                self.partial.push((columns.clone(), condition));
            }
            if !self.unique.contains(&columns) {
                self.unique.push(columns);
            }
        }
        Ok(())
    }

    /// The columns that these tokens name, in their order.
    pub(super) fn columns(&self, tokens: &[Token<'_>]) -> Vec<usize> {
        let mut columns = Vec::new();
        for column in tokens.iter().filter_map(|token| self.column(&token.name()?)) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.model.columns.iter().position(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Whether a foreign key says what a column may hold.
    pub(super) fn is_key(&self, column: usize) -> bool {
        self.model.keys.iter().any(|key| key.columns.contains(&column))
    }

    /// Whether a column differs from row to row, alone or with others.
    pub(super) fn is_unique(&self, column: usize) -> bool {
        self.model.columns[column].is_rowid || self.unique.iter().any(|columns| columns.contains(&column))
    }

    /// What the base has in the columns that are unique together with this one, and in it.
    pub(super) fn beside(&self, column: usize) -> Pins {
        let columns = self.unique.iter().find(|columns| columns.contains(&column));
        let columns = columns.cloned().unwrap_or_else(|| vec![column]);
        columns.into_iter().map(|column| (column, self.base[column].clone())).collect()
    }

    /// Whether a condition holds for a row that has these values, and otherwise those of the base.
    pub(super) fn satisfies(&self, sandbox: &Sandbox, pins: &Pins, condition: &str) -> bool {
        let columns = self.model.columns.iter().enumerate().map(|(at, field)| {
            let value = pins.get(&at).unwrap_or(&self.base[at]);
            format!("{} AS {}", written(value), quoted(&field.name))
        });
        let columns: Vec<String> = columns.collect();
        let table = quoted(&self.model.name);
        let sql = format!("SELECT 1 FROM (SELECT {}) AS {table} WHERE {condition}", columns.join(", "));
        sandbox.read(&sql).is_ok_and(|rows| !rows.is_empty())
    }

    /// Puts a row in that has these values, and otherwise those of the base where it may; `false` if no such row is legal.
    pub(super) fn plant(&self, sandbox: &Sandbox, pins: &Pins, number: i64) -> bool {
        let mut row = self.base.clone();
        if let Some(at) = self.model.columns.iter().position(|field| field.is_rowid) {
            row[at] = Value::Null;
        }
        for columns in &self.unique {
            let is_free =
                |&&column: &&usize| !pins.contains_key(&column) && !self.model.columns[column].is_rowid;
            let free = columns.iter().rev().filter(is_free);
            // A key with another value has no parent, which is better than no row.
            let chosen = free.clone().find(|&&column| !self.is_key(column)).or(free.clone().next());
            if let Some(&column) = chosen {
                row[column] = value(&self.model.columns[column], Rows::Harsh, LATER + number);
            }
        }
        for (&column, pinned) in pins {
            row[column] = pinned.clone();
        }
        let names: Vec<String> = self.model.columns.iter().map(|field| quoted(&field.name)).collect();
        let marks: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
        let (table, names, marks) = (quoted(&self.model.name), names.join(", "), marks.join(", "));
        let sql = format!("INSERT INTO main.{table}({names}) VALUES ({marks})");
        let is_legal = sandbox.write(&sql, &row).is_ok();
        if sandbox.is_lost() {
            // A trigger has rolled the whole transaction back, and what comes now must not stay.
            let _ = sandbox.conn().execute_batch("BEGIN EXCLUSIVE");
        }
        is_legal
    }
}

/// What stands in the brackets of a CREATE INDEX, and behind its WHERE.
pub(super) fn index<'t>(tokens: &'t [Token<'t>]) -> (&'t [Token<'t>], Option<Condition>) {
    let start = tokens.iter().position(|token| token.is("(")).unwrap_or(tokens.len());
    let rest = &tokens[start..];
    match rest.iter().position(|token| token.is("WHERE")) {
        Some(at) => (&rest[..at], Some(Condition::read(&rest[at + 1..]))),
        None => (rest, None),
    }
}

/// A value as SQL writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:e}"),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
    }
}
