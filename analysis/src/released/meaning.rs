//! Whether the rows of a statement are read as they were.

use onward_core::name::Ident;

use super::change::{Change, Fact, Kind, Shows};
use crate::diagnostic::Severity;
use crate::folder::recorded::By;
use crate::query::{Column, Null, Query};

pub(super) fn changes(by: By, before: &Query, after: &Query) -> Vec<Change> {
    let pairs = match pairs(by, &before.columns, &after.columns) {
        Ok(pairs) => pairs,
        Err(changes) => return changes,
    };
    pairs.into_iter().flat_map(|(before, after)| values(before, after)).collect()
}

/// Each column with what it has become. A program reads by places or by names: what comes behind, or beside, it does not see.
fn pairs<'q>(
    by: By,
    before: &'q [Column],
    after: &'q [Column],
) -> Result<Vec<(&'q Column, &'q Column)>, Vec<Change>> {
    let is = |column: &Column, other: &Column| Ident(&column.name) == other.name.as_str();
    let gone = before.iter().filter(|column| !after.iter().any(|other| is(column, other)));
    let gone = gone.map(|column| {
        let shows = Shows::Column(column.name.clone());
        // In the words for what names it.
        let message = match &column.value.source {
            Some(source) => format!("fails: `{}` has no column `{}`", source.table, source.column),
            None => format!("fails: its rows have no column `{}` any more", column.name),
        };
        Change { shows, ..Change::of(Severity::Error, message, about(column)) }
    });
    let gone: Vec<Change> = gone.collect();
    if !gone.is_empty() {
        return Err(gone);
    }
    if by != By::Query {
        let count = |columns: &[Column], column| columns.iter().filter(|other| is(column, other)).count();
        let two = before.iter().filter(|column| count(before, column) == 1 && count(after, column) > 1);
        let two = two.map(|column| {
            let message =
                format!("reads `{}` by name, and two columns of its rows are called so now", column.name);
            let shows = Shows::Columns;
            Change { shows, ..Change::of(Severity::Warning, message, about(column)) }
        });
        let two: Vec<Change> = two.collect();
        if !two.is_empty() {
            return Err(two);
        }
        let named = |column| Some((column, after.iter().find(|other| is(column, other))?));
        return Ok(before.iter().filter_map(named).collect());
    }
    let moved = before.iter().zip(after).find(|(column, other)| !is(column, other));
    match moved {
        None => Ok(before.iter().zip(after).collect()),
        Some((column, other)) => {
            let message = format!(
                "reads `{}` where it read `{}`: its columns come in another order",
                other.name, column.name
            );
            Err(vec![Change {
                shows: Shows::Columns,
                ..Change::of(Severity::Warning, message, about(other))
            }])
        }
    }
}

fn values(before: &Column, after: &Column) -> Vec<Change> {
    let mut changes = Vec::new();
    let (was, is) = (&before.value, &after.value);
    let name = &after.name;
    let wider = |message| {
        let shows = match &is.source {
            Some(source) => Shows::Table(source.table.clone(), Fact::Column(source.column.clone())),
            None => Shows::Nothing,
        };
        Change { kind: Kind::Wider, shows, ..Change::of(Severity::Warning, message, about(after)) }
    };
    if was.null == Null::Never && is.null == Null::Possible {
        let message = format!("may read NULL in `{name}`, which it never did");
        changes.push(wider(message));
    }
    // Of what nobody knows nothing is said.
    if is.null != Null::Unknown && was.classes.or(is.classes) != was.classes {
        let message = format!("may read {} in `{name}`, which was {}", is.classes, was.classes);
        changes.push(wider(message));
    }
    changes
}

fn about(column: &Column) -> Vec<String> {
    column.value.source.iter().map(|source| source.table.clone()).collect()
}
