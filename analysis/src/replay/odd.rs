//! Values that a column's type allows and that code seldom expects: for the test of a hook, which reads them.

use std::collections::HashMap;

use onward_schema::Affinity;
use rusqlite::types::Value;

use super::rows::Filler;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::{Field, TableModel};

/// A text, a whole number and a fraction for each row: nothing, below zero and of two bytes a letter, more than four bytes hold.
const ODD: [(&str, i64, f64); 3] = [("", 0, 0.0), ("äöü ", -1, -0.5), ("It's", 1 << 32, 0.1)];

/// Puts in rows with such values wherever nothing says what the values are: no key, CHECK or trigger, and no type with a meaning of
/// its own. Where there can be none, there is none.
pub(super) fn put(sandbox: &Sandbox, filler: &Filler, model: &TableModel) {
    let is_key = |at: usize| model.keys.iter().any(|key| key.columns.contains(&at));
    let free = |(at, field): &(usize, &Field)| {
        !is_key(*at) && !field.is_rowid && !field.checked && !field.is_json() && field.literals.is_empty()
    };
    for odd in ODD {
        let fields = model.columns.iter().enumerate().filter(free);
        let values: HashMap<usize, Value> =
            fields.filter_map(|(at, field)| Some((at, value(field, odd)?))).collect();
        if !values.is_empty() {
            let _ = filler.with_all(sandbox, model, &values);
        }
    }
}

fn value(field: &Field, (text, whole, fraction): (&str, i64, f64)) -> Option<Value> {
    // A type as DATETIME or BOOLEAN says more than its affinity.
    match (field.affinity, field.declared_type.to_ascii_uppercase().as_str()) {
        (Affinity::Text, "TEXT") => Some(Value::Text(text.to_owned())),
        (Affinity::Integer, "INTEGER" | "INT" | "BIGINT") => Some(Value::Integer(whole)),
        (Affinity::Real, _) => Some(Value::Real(fraction)),
        _ => None,
    }
}
