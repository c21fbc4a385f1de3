//! Whether values are compared as they were.

use onward_core::name::Ident;
use onward_core::token::{Token, significant};
use onward_schema::{Affinity, Column, Table};

use super::change::{Change, Kind, Sides, named};
use crate::diagnostic::Severity;

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let mut compared = significant(sides.sql).skip_while(|token| !compares(token)).peekable();
    if compared.peek().is_none() {
        return Vec::new();
    }
    let compared: Vec<Token<'_>> = compared.collect();
    let is_compared = |column: &&Column| compared.iter().any(|token| token.is_name(&column.name));
    let names = named(sides.now, sides.sql);
    let mut changes = Vec::new();
    for name in &names {
        let tables = sides.before.known.table(name).zip(sides.after.known.table(name));
        let Some((was, is)) = tables else { continue };
        for column in is.columns.iter().filter(is_compared) {
            let before = was.column(&column.name);
            if let Some(how) = before.and_then(|before| otherwise(was, before, is, column)) {
                let message = format!("may find other rows by `{}.{}`, {how}", is.name, column.name);
                let change = Change::of(Severity::Warning, message, vec![is.name.clone()]);
                changes.push(Change { kind: Kind::Wider, ..change });
            }
        }
    }
    changes
}

/// What stands before a comparison, in a statement that has one.
fn compares(token: &Token<'_>) -> bool {
    ["WHERE", "ON", "USING", "NATURAL", "GROUP", "HAVING"].iter().any(|word| token.is(word))
}

/// How a column compares otherwise than it did.
fn otherwise(was: &Table, before: &Column, is: &Table, after: &Column) -> Option<String> {
    let is_rowid =
        |table: &Table, column: &Column| table.rowid().is_some_and(|rowid| rowid.name == column.name);
    // INTEGER is as NUMERIC, and a rowid is a number whatever it is called.
    let of = |column: &Column| match column.affinity {
        Affinity::Integer | Affinity::Numeric => Affinity::Numeric,
        other => other,
    };
    if Ident(&before.collation) != after.collation.as_str() {
        return Some(format!("which compared by {} and compares by {}", before.collation, after.collation));
    }
    let shown = |column: &Column| match column.declared_type.as_str() {
        "" => "of no type".to_owned(),
        declared => declared.to_owned(),
    };
    let is_other = of(before) != of(after)
        || is_rowid(was, before) != is_rowid(is, after) && of(after) != Affinity::Numeric;
    is_other.then(|| format!("which was {} and is {}", shown(before), shown(after)))
}
