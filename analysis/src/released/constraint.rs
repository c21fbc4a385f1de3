//! What a table refuses that it took before.

use onward_core::canonical::canonical;
use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::{ForeignKey, Index, IndexColumn, Origin, Table};
use sqlite3_parser::Bump;

use super::change::{Change, Kind};
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
        for (message, about) in narrower(was, is, &write) {
            // An upsert writes the table twice.
            if !changes.iter().any(|change| change.message == message) {
                changes.push(Change {
                    kind: Kind::Narrower,
                    ..Change::of(Severity::Warning, message, vec![about])
                });
            }
        }
    }
    changes
}

/// What is new of a table's constraints and meets what is written, with what it is told of.
fn narrower(was: &Table, is: &Table, write: &Write) -> Vec<(String, String)> {
    let of_table = |message: String| (message, is.name.clone());
    let found = nulls(was, is, write).chain(types(was, is)).chain(conditions(was, is, write));
    let found = found.chain(parents(was, is, write)).map(of_table);
    found.chain(duplicates(was, is, write)).collect()
}

fn nulls(was: &Table, is: &Table, write: &Write) -> impl Iterator<Item = String> {
    let took_it = |name: &str| was.column(name).is_some_and(|before| !before.not_null);
    let columns = is.columns.iter().filter(move |column| column.not_null && took_it(&column.name));
    let columns = columns.filter(|column| may_be_null(write, &column.name));
    columns.map(|column| format!("fails for NULL in `{}.{}`, which took it", is.name, column.name))
}

fn types(was: &Table, is: &Table) -> impl Iterator<Item = String> {
    let message =
        || format!("fails for values of another type than their column's: `{}` is STRICT now", is.name);
    (is.strict && !was.strict).then(message).into_iter()
}

/// Of a column that is not given, a CHECK meets the default, or passes NULL.
fn conditions(was: &Table, is: &Table, write: &Write) -> impl Iterator<Item = String> {
    let names = |check: &str, column: &String| significant(check).any(|token| token.is_name(column));
    let known: Vec<String> = was.checks.iter().map(|check| canonical(check)).collect();
    let new = is.checks.iter().filter(move |check| !known.contains(&canonical(check)));
    let met = new.filter(move |check| write.columns.iter().any(|column| names(check, column)));
    met.map(|check| format!("fails for rows of `{}` that CHECK ({check}) refuses, which is new", is.name))
}

fn parents(was: &Table, is: &Table, write: &Write) -> impl Iterator<Item = String> {
    let is_same = |before: &ForeignKey, key: &ForeignKey| {
        before.columns == key.columns && Ident(&before.parent) == key.parent.as_str()
    };
    let new =
        is.foreign_keys.iter().filter(move |key| !was.foreign_keys.iter().any(|before| is_same(before, key)));
    let met = new.filter(|key| key.columns.iter().any(|name| is_written(write, name)));
    met.map(|key| {
        let columns = listed(&key.columns);
        format!(
            "fails for {columns} in `{}` without a row in `{}`, where foreign keys are enforced: the key is new",
            is.name, key.parent
        )
    })
}

/// Each with the index that refuses them, or the table whose constraint does.
fn duplicates(was: &Table, is: &Table, write: &Write) -> impl Iterator<Item = (String, String)> {
    let refused =
        |index: &Index| was.indexes.iter().any(|before| before.unique && is_narrower(before, index));
    let is_of_rowid = |index: &Index| {
        was.rowid().is_some_and(|rowid| {
            index.columns.iter().any(|column| Ident(&rowid.name) == column.name_or_expression.as_str())
        })
    };
    let new = is.indexes.iter().filter(move |index| index.unique && !refused(index) && !is_of_rowid(index));
    let met = new.filter(|index| is_met(is, write, index));
    met.map(|index| {
        let columns: Vec<String> =
            index.columns.iter().map(|column| column.name_or_expression.clone()).collect();
        let message = format!(
            "fails for a second row with the same {} in `{}`, which took it",
            listed(&columns),
            is.name
        );
        (message, if index.origin == Origin::Created { &index.name } else { &is.name }.clone())
    })
}

/// Whether what is written may be in an index twice. What an INSERT does not give is the default, or NULL, which is never twice
/// there; of an expression nobody knows what it reads.
fn is_met(table: &Table, write: &Write, index: &Index) -> bool {
    let written =
        |column: &IndexColumn| column.is_expression || is_written(write, &column.name_or_expression);
    let default = |column: &IndexColumn| {
        let found = table.column(&column.name_or_expression);
        found.is_some_and(|column| column.default.is_some() || column.generated.is_some())
    };
    let mut columns = index.columns.iter();
    match write.what {
        What::Update => columns.any(written),
        What::Insert | What::Copy => {
            index.columns.iter().any(written) && columns.all(|column| written(column) || default(column))
        }
    }
}

/// Whether an index refuses whatever the other one does.
fn is_narrower(before: &Index, index: &Index) -> bool {
    let has = |column: &IndexColumn| {
        let is_it = |other: &IndexColumn| {
            (&other.name_or_expression, &other.collation) == (&column.name_or_expression, &column.collation)
        };
        index.columns.iter().any(is_it)
    };
    before.columns.iter().all(has) && (before.partial.is_none() || before.partial == index.partial)
}

/// Whether a column is given what may be NULL.
fn may_be_null(write: &Write, column: &str) -> bool {
    let is_open = |at: usize| {
        let given = |row: &Vec<Given>| row.get(at).is_none_or(|given| !matches!(given, Given::Literal(_)));
        write.rows.is_empty() || write.rows.iter().any(given)
    };
    write.columns.iter().enumerate().any(|(at, name)| Ident(name) == column && is_open(at))
}

fn is_written(write: &Write, column: &str) -> bool {
    write.columns.iter().any(|name| Ident(name) == column)
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
