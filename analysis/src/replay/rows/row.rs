//! One row: what it holds, and how it gets into its table.

use std::collections::HashMap;

use rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER;
use rusqlite::types::Value;
use rusqlite::{ErrorCode, Result};

use super::draft::Draft;
use super::filler::{ATTEMPTS, Filler, Written};
use super::kin::{STRANGER, own};
use crate::replay::value::{apart, value};
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::{Key, TableModel};

impl Filler {
    /// Puts in the row of an index, with what is pinned in its columns, and gives what it holds.
    ///
    /// # Errors
    /// What SQLite says of it where it cannot be mended.
    pub(super) fn row(
        &self,
        sandbox: &Sandbox,
        model: &TableModel,
        index: i64,
        pinned: &HashMap<usize, Value>,
    ) -> std::result::Result<Vec<Value>, String> {
        // The gaps that deleted rows leave are to be seen in the rowid, too.
        let number = self.number(&model.name.to_ascii_lowercase(), index);
        let insert = model.insert();
        let is_given = |key: &Key| key.columns.iter().all(|column| pinned.contains_key(column));
        let parents = |key: &Key| match is_given(key) {
            true => Vec::new(),
            false => self.parents(sandbox, model, key),
        };
        let parents = model.keys.iter().map(parents).collect::<Vec<_>>();
        let mut draft = Draft {
            not_null: vec![false; model.columns.len()],
            tries: vec![0; model.columns.len()],
            parents: vec![0; model.keys.len()],
            fixed: HashMap::new(),
            variations: HashMap::new(),
            pinned: pinned.clone(),
            json: false,
        };
        for _ in 0..ATTEMPTS {
            let mut values = self.values(model, &draft, index, &parents)?;
            values.extend(model.has_rowid.then_some(Value::Integer(number)));
            let outcome = sandbox.write(&insert.sql, &values);
            if is_of_trigger(&outcome, model) {
                self.is_held_off.set(true);
            }
            let Err(error) = outcome else {
                if let Some(written) = self.written.borrow_mut().as_mut() {
                    let (table, columns) = (model.name.clone(), insert.columns.clone());
                    written.push(Written { table, columns, values: values.clone() });
                }
                return Ok(values);
            };
            let refusal = Refusal::from(error);
            if matches!(refusal.cause, Cause::Limit(_)) || !draft.mend(model, &refusal.message, number) {
                return Err(refusal.message);
            }
        }
        Err(format!("no row of {ATTEMPTS} satisfies its constraints"))
    }

    fn values(
        &self,
        model: &TableModel,
        draft: &Draft,
        index: i64,
        parents: &[Vec<Vec<Value>>],
    ) -> std::result::Result<Vec<Value>, String> {
        let number = self.number(&model.name.to_ascii_lowercase(), index);
        let first = self.number(&model.name.to_ascii_lowercase(), 0);
        let is_unique = |column: usize| model.unique.iter().any(|columns| columns[..] == [column]);
        let is_key = |column: usize| model.keys.iter().any(|key| key.columns.contains(&column));
        let may_be_null = |column: usize| {
            let is_asked = index == 1 || index == STRANGER && is_key(column);
            is_asked && model.columns[column].nullable && !draft.not_null[column]
        };
        let mut values: Vec<Value> = model
            .columns
            .iter()
            .enumerate()
            .map(|(column, field)| {
                if let Some(value) = draft.fixed.get(&column) {
                    return value.clone();
                }
                if may_be_null(column) && !field.is_rowid {
                    return Value::Null;
                }
                let repeats = index == 2 && !field.is_rowid && !is_unique(column);
                let number = if repeats { first } else { number };
                match value(field, self.rows, number + draft.tries[column] * 37) {
                    Value::Text(_) | Value::Blob(_) if draft.json && field.literals.is_empty() => {
                        Value::Text(format!("{{\"n\":{}}}", apart(field, self.rows, number)))
                    }
                    value => value,
                }
            })
            .collect();
        for (at, key) in model.keys.iter().enumerate() {
            let is_null =
                |column: &usize| may_be_null(*column) || draft.fixed.get(column) == Some(&Value::Null);
            let is_given = key.columns.iter().all(|column| draft.pinned.contains_key(column));
            if is_given || key.columns.iter().any(is_null) {
                continue;
            }
            let rows = &parents[at];
            // The parent itself may be this table, and this its first row.
            let itself = key.parent.eq_ignore_ascii_case(&model.name) && rows.is_empty();
            let nulls = key.columns.iter().all(|&column| model.columns[column].nullable);
            let start = if index == 1 { 1 } else { 0 };
            let row = rows.get((start + draft.parents[at]) % rows.len().max(1));
            for (place, &column) in key.columns.iter().enumerate() {
                values[column] = match row {
                    Some(row) => row.get(place).cloned().unwrap_or(Value::Null),
                    None if nulls => Value::Null,
                    None if itself => own(model, key, place).map_or(Value::Null, |own| values[own].clone()),
                    None => return Err(format!("its parent `{}` has no rows", key.parent)),
                };
            }
        }
        draft.pinned.iter().for_each(|(&column, value)| values[column] = value.clone());
        Ok(values)
    }
}

/// Whether a row was kept out by something that is no constraint of its table.
fn is_of_trigger(outcome: &Result<usize>, model: &TableModel) -> bool {
    let error = match outcome {
        // `RAISE(IGNORE)`
        Ok(count) => return *count == 0,
        Err(error) => error,
    };
    let (Some(sqlite), message) = (error.sqlite_error(), error.to_string()) else { return true };
    match sqlite.code {
        ErrorCode::ConstraintViolation => {
            // A CHECK names no table, nor does a foreign key, nor an index over expressions.
            let is_named = message.contains(&format!("{}.", model.name)) || message.contains(": index '");
            sqlite.extended_code == SQLITE_CONSTRAINT_TRIGGER
                || !is_named && ["NOT NULL", "UNIQUE"].iter().any(|kind| message.starts_with(kind))
        }
        ErrorCode::TypeMismatch => false,
        _ => !message.contains("malformed JSON"),
    }
}
