//! What a table refuses that it took before.

use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::{Index, Table};
use sqlite3_parser::Bump;

use super::change::Change;
use crate::analysis::Analysis;
use crate::application::ordinary;
use crate::diagnostic::Severity;
use crate::query::syntax::Parsed;
use crate::query::write::{Given, What, Write, writes};

pub(super) fn changes(then: &Analysis, now: &Analysis, sql: &str) -> Vec<Change> {
    let (Some(before), Some(after)) = (&then.replay, &now.replay) else { return Vec::new() };
    let bump = Bump::new();
    let mut changes: Vec<Change> = Vec::new();
    for write in writes(&after.known, &Parsed::new(&bump, sql)) {
        let tables = ordinary(then, before, &write.table).zip(ordinary(now, after, &write.table));
        let Some((was, is)) = tables else { continue };
        for message in narrower(was, is, &write) {
            // An upsert writes the table twice.
            if !changes.iter().any(|change| change.message == message) {
                let about = vec![is.name.clone()];
                changes.push(Change { narrows: true, ..Change::of(Severity::Warning, message, about) });
            }
        }
    }
    changes
}

fn narrower(was: &Table, is: &Table, write: &Write) -> Vec<String> {
    let mut found = Vec::new();
    let table = &is.name;
    for column in is.columns.iter().filter(|column| column.not_null && takes_any(write, &column.name)) {
        if was.column(&column.name).is_some_and(|before| !before.not_null) {
            found.push(format!("fails for NULL in `{table}.{}`, which took it", column.name));
        }
    }
    if is.strict && !was.strict {
        found.push(format!("fails for values of another type than their column's: `{table}` is STRICT now"));
    }
    let is_known =
        |index: &&Index| was.indexes.iter().any(|before| before.unique && refuses_alike(before, index));
    for index in is.indexes.iter().filter(|index| index.unique && !is_known(index)) {
        let names: Vec<String> = index
            .columns
            .iter()
            .filter(|column| !column.is_expression)
            .map(|column| column.name_or_expression.clone())
            .collect();
        // Of an expression nobody knows what it reads.
        if names.len() < index.columns.len() || names.iter().any(|name| is_written(write, name)) {
            found.push(format!(
                "fails for a second row with the same {} in `{table}`, which took it",
                listed(&names)
            ));
        }
    }
    for check in is.checks.iter().filter(|check| !was.checks.contains(check)) {
        if write.what != What::Update || write.columns.iter().any(|name| names(check, name)) {
            found.push(format!("fails for rows of `{table}` that CHECK ({check}) refuses, which is new"));
        }
    }
    for key in is.foreign_keys.iter().filter(|key| {
        let is_same = |before: &&onward_schema::ForeignKey| {
            before.columns == key.columns && Ident(&before.parent) == key.parent.as_str()
        };
        !was.foreign_keys.iter().any(|before| is_same(&before))
    }) {
        if key.columns.iter().any(|name| is_written(write, name)) {
            let columns = listed(&key.columns);
            found.push(format!(
                "fails for {columns} in `{table}` without a row in `{}`, where foreign keys are enforced: the key is new",
                key.parent
            ));
        }
    }
    found
}

/// Whether an index refuses no row that the other one takes.
fn refuses_alike(before: &Index, index: &Index) -> bool {
    let columns = |index: &Index| {
        index
            .columns
            .iter()
            .map(|column| (column.name_or_expression.clone(), column.collation.clone()))
            .collect::<Vec<_>>()
    };
    columns(before) == columns(index) && (before.partial == index.partial || before.partial.is_none())
}

/// Whether a column is given what may be NULL.
fn takes_any(write: &Write, column: &str) -> bool {
    write.columns.iter().enumerate().any(|(at, name)| {
        let is_open = |row: &Vec<Given>| {
            matches!(row.get(at), None | Some(Given::Parameter(_) | Given::Other | Given::Null))
        };
        Ident(name) == column && (write.rows.is_empty() || write.rows.iter().any(is_open))
    })
}

/// What an INSERT does not give, it gives all the same: the default, or NULL, which no two rows have in common.
fn is_written(write: &Write, column: &str) -> bool {
    write.columns.iter().any(|name| Ident(name) == column)
}

fn names(condition: &str, column: &str) -> bool {
    significant(condition).any(|token| token.is_name(column))
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "values".to_owned() } else { names.join(", ") }
}
