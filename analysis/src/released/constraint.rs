//! What a table refuses that it took before.

use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::{Action, ForeignKey, Schema, Table};

use super::change::{Change, Fact, Shows, Sides};
use super::condition::is_looser;
use super::renamed::{self, Renamed};
use crate::query::write::{Conflict, Given, Write};

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let mut changes = narrower(sides, |was, is, write, renamed| {
        let beside = types(was, is, write).chain(conditions(was, is, write, renamed));
        let beside = beside.map(|message| Change::narrower(message, is.name.clone(), Shows::Nothing));
        let found = nulls(was, is, write).chain(beside);
        found.chain(parents(sides, was, is, write, renamed)).collect()
    });
    changes.extend(children(sides));
    changes
}

/// What is said of each table that a statement writes.
pub(super) fn narrower(
    sides: &Sides<'_>,
    find: impl Fn(&Table, &Table, &Write, &Renamed) -> Vec<Change>,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for (was, is, write) in sides.written() {
        for change in find(was, is, write, &Renamed::of(sides.then, sides.now, &is.name)) {
            // An upsert writes the table twice.
            if !changes.iter().any(|known| known.message == change.message) {
                changes.push(change);
            }
        }
    }
    changes
}

/// What becomes of a row that is refused.
pub(super) fn refuses(write: &Write) -> &'static str {
    match write.conflict {
        Some(Conflict::Ignore) => "writes nothing",
        Some(Conflict::Replace) => "does something else",
        Some(Conflict::Error) | None => "fails",
    }
}

fn nulls(was: &Table, is: &Table, write: &Write) -> impl Iterator<Item = Change> {
    let took_it = |name: &str| was.column(name).is_some_and(|before| !before.not_null);
    let columns = is.columns.iter().filter(move |column| column.not_null && took_it(&column.name));
    let columns = columns.filter(|column| {
        gives(write, &column.name, |given| matches!(given, Given::Parameter(_) | Given::Null))
    });
    columns.map(|column| {
        let message = format!("{} for NULL in `{}.{}`, which took it", refuses(write), is.name, column.name);
        let shows = Shows::Table(is.name.clone(), Fact::Column(column.name.clone()));
        Change::narrower(message, is.name.clone(), shows)
    })
}

/// What is written as it is, SQLite was asked about.
fn types(was: &Table, is: &Table, write: &Write) -> impl Iterator<Item = String> {
    let is_new = is.strict && !was.strict;
    let is_open = is
        .columns
        .iter()
        .any(|column| gives(write, &column.name, |given| matches!(given, Given::Parameter(_))));
    let message = || {
        format!(
            "{} for values of another type than their column's: `{}` is STRICT now",
            refuses(write),
            is.name
        )
    };
    (is_new && is_open).then(message).into_iter()
}

/// Of a column that is not given, a CHECK meets the default, or passes NULL.
fn conditions(was: &Table, is: &Table, write: &Write, renamed: &Renamed) -> impl Iterator<Item = String> {
    let known: Vec<String> = was.checks.iter().map(|check| renamed.text(check)).collect();
    let is_known = move |check: &str| {
        let check = Renamed::none().text(check);
        known.iter().any(|before| is_looser(before, &check))
    };
    let names = |check: &str, column: &String| significant(check).any(|token| token.is_name(column));
    let met = is.checks.iter().filter(move |check| !is_known(check));
    let met = met.filter(move |check| {
        let mut named = write.columns.iter().filter(|column| names(check, column));
        named.any(|column| gives(write, column, |given| !matches!(given, Given::Literal(_))))
    });
    met.map(|check| {
        format!("{} for rows of `{}` that CHECK ({check}) refuses, which is new", refuses(write), is.name)
    })
}

fn parents(
    sides: &Sides<'_>,
    was: &Table,
    is: &Table,
    write: &Write,
    renamed: &Renamed,
) -> impl Iterator<Item = Change> {
    let known = was.foreign_keys.iter().map(|key| {
        let columns: Vec<String> = key.columns.iter().map(|name| renamed.column(name)).collect();
        (columns, renamed::names(sides.then, sides.now, &key.parent))
    });
    let known: Vec<(Vec<String>, Vec<String>)> = known.collect();
    let is_known = move |key: &ForeignKey| {
        let is_parent = |name: &String| Ident(name) == key.parent.as_str();
        known.iter().any(|(columns, parents)| *columns == key.columns && parents.iter().any(is_parent))
    };
    let new = is.foreign_keys.iter().filter(move |key| !is_known(key));
    let met = new.filter(|key| key.columns.iter().any(|name| is_written(write, name)));
    met.map(|key| {
        let columns = listed(&key.columns);
        let message = format!(
            "fails for {columns} in `{}` without a row in `{}`, where foreign keys are enforced: the key is new",
            is.name, key.parent
        );
        Change::narrower(message, is.name.clone(), Shows::Table(is.name.clone(), Fact::ForeignKeys))
    })
}

/// What new foreign keys say of a parent that is deleted.
fn children(sides: &Sides<'_>) -> Vec<Change> {
    let Some(parent) = deleted(sides.sql) else { return Vec::new() };
    let of = |schema: &Schema| -> Vec<(String, ForeignKey)> {
        let keys = schema
            .tables
            .values()
            .flat_map(|table| table.foreign_keys.iter().map(move |key| (table.name.clone(), key.clone())));
        let stops = |key: &ForeignKey| matches!(key.on_delete, Action::NoAction | Action::Restrict);
        keys.filter(|(_, key)| stops(key) && Ident(&key.parent) == parent.as_str()).collect()
    };
    let (before, after) = (of(&sides.before.known), of(&sides.after.known));
    let is_new =
        |(child, _): &&(String, ForeignKey)| !before.iter().any(|(known, _)| Ident(known) == child.as_str());
    let found = after.iter().filter(is_new).map(|(child, _)| {
        let message = format!(
            "fails for rows of `{parent}` that rows of `{child}` refer to, where foreign keys are enforced: the key is new"
        );
        Change::narrower(message, child.clone(), Shows::Table(child.clone(), Fact::ForeignKeys))
    });
    found.collect()
}

/// The table that a DELETE deletes from.
pub(super) fn deleted(sql: &str) -> Option<String> {
    let mut tokens = significant(sql).skip_while(|token| !token.is("DELETE")).skip(1);
    tokens.next().filter(|token| token.is("FROM"))?;
    tokens.next()?.name()
}

/// Whether a column is given a value of this kind in any row that is known.
fn gives(write: &Write, column: &str, is_it: impl Fn(&Given) -> bool) -> bool {
    write.columns.iter().enumerate().any(|(at, name)| {
        Ident(name) == column && write.rows.iter().any(|row| row.get(at).is_some_and(&is_it))
    })
}

pub(super) fn is_written(write: &Write, column: &str) -> bool {
    write.columns.iter().any(|name| Ident(name) == column)
}

pub(super) fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
