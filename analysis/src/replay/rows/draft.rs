//! A row on its way in: what SQLite complains of is changed, until it is taken.

use std::collections::HashMap;

use onward_core::token::significant;
use rusqlite::types::Value;

use super::kin::PARENTS;
use crate::replay::value::candidates;
use crate::sqlite::table::{Field, TableModel};

/// What becomes of one row while it is mended.
pub(super) struct Draft {
    /// Where a column is not allowed to be NULL in a row that has NULL wherever it may.
    pub(super) not_null: Vec<bool>,
    /// How many values of a column have been tried.
    pub(super) tries: Vec<i64>,
    /// How many rows of each key's parent have been tried.
    pub(super) parents: Vec<usize>,
    /// What CHECKs have been tried with.
    pub(super) fixed: HashMap<usize, Value>,
    pub(super) variations: HashMap<String, usize>,
    /// What the row is for: these values stay.
    pub(super) pinned: HashMap<usize, Value>,
    /// Whether texts have to be JSON.
    pub(super) json: bool,
}

impl Draft {
    /// Changes what SQLite has complained of; `false` if there is nothing to change.
    pub(super) fn mend(&mut self, model: &TableModel, message: &str, number: i64) -> bool {
        if message == "malformed JSON" && !std::mem::replace(&mut self.json, true) {
            return true;
        }
        if message.starts_with("CHECK constraint failed") || !message.contains(&format!("{}.", model.name)) {
            return self.vary(model, message, number);
        }
        let named = |(at, field): (usize, &Field)| {
            let name = format!("{}.{}", model.name, field.name);
            message.split([' ', ',']).any(|word| word.eq_ignore_ascii_case(&name)).then_some(at)
        };
        let columns: Vec<usize> = model.columns.iter().enumerate().filter_map(named).collect();
        if !columns.is_empty() && columns.iter().all(|column| self.pinned.contains_key(column)) {
            return false;
        }
        if message.starts_with("UNIQUE") {
            // Another parent, if the columns are all foreign keys.
            let free = columns
                .iter()
                .rev()
                .find(|&&column| !model.keys.iter().any(|key| key.columns.contains(&column)));
            if let Some(&column) = free {
                self.fixed.remove(&column);
                self.not_null[column] = true;
                self.tries[column] += 1;
                return true;
            }
            let key =
                model.keys.iter().position(|key| key.columns.iter().any(|column| columns.contains(column)));
            return key.is_some_and(|key| {
                self.parents[key] += 1;
                self.parents[key] < PARENTS
            });
        }
        let Some(&column) = columns.first() else { return self.vary(model, message, number) };
        if !std::mem::replace(&mut self.not_null[column], true) {
            return true;
        }
        self.tries[column] += 1;
        self.tries[column] < 8
    }

    /// The next combination for the columns that the message names, or for all that are checked: first each for itself,
    /// then together. What other checks have been satisfied with stays.
    pub(super) fn vary(&mut self, model: &TableModel, message: &str, number: i64) -> bool {
        if self.not_null.iter().any(|not_null| !not_null) {
            self.not_null.fill(true);
            return true;
        }
        let (_, condition) = message.split_once("failed: ").unwrap_or_default();
        let names: Vec<String> = significant(condition).filter_map(|token| token.name()).collect();
        let is_named = |field: &Field| names.iter().any(|name| name.eq_ignore_ascii_case(&field.name));
        let is_any = model.columns.iter().any(|field| field.checked && is_named(field));
        let checked = model.columns.iter().enumerate();
        let checked = checked.filter(|(_, field)| field.checked && (!is_any || is_named(field)));
        let choices: Vec<(usize, Vec<Value>)> = checked
            .map(|(column, field)| (column, candidates(field, number + self.tries[column] * 37)))
            .collect();
        let tried = self.variations.entry(message.to_owned()).or_default();
        let mut at = *tried;
        *tried += 1;
        // What is compared may be two parents.
        if at < model.keys.len() * 2 {
            self.parents[at % model.keys.len()] += 1;
            return true;
        }
        at -= model.keys.len() * 2;
        choices.iter().for_each(|(column, _)| drop(self.fixed.remove(column)));
        if choices.len() > 1 {
            // The checks of each for itself have to be satisfied again.
            self.variations.retain(|other, _| other == message);
        }
        for (column, values) in &choices {
            if at < values.len() {
                self.fixed.insert(*column, values[at].clone());
                return true;
            }
            at -= values.len();
        }
        for (column, values) in &choices {
            self.fixed.insert(*column, values[at % values.len()].clone());
            at /= values.len();
        }
        choices.len() > 1 && at == 0
    }
}
