//! The indexes that no statement of a program uses.

use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::{Index, Origin, Table};

use super::scratch::Scratch;

/// Their names, by the plans that SQLite makes with large tables.
///
/// What refuses rows has its use, and so has what finds the children of a parent that goes. Of tables that a trigger names
/// nothing is said: a plan does not show what a trigger runs.
pub(crate) fn unused<'s>(scratch: &'s Scratch, statements: impl Iterator<Item = &'s str>) -> Vec<&'s str> {
    let is_triggered = |table: &&Table| {
        let body = |definition| significant(definition).skip_while(|token| !token.is("BEGIN"));
        let mut triggers = scratch.schema().triggers.values();
        triggers.any(|trigger| body(&trigger.definition).any(|token| token.is_name(&table.name)))
    };
    let tables = scratch.tables().filter(|table| !is_triggered(table));
    let indexes = tables.flat_map(|table| table.indexes.iter().map(move |index| (table, index)));
    let idle = indexes.filter(|(table, index)| {
        index.origin == Origin::Created && !index.unique && !finds_children(table, index)
    });
    let mut idle: Vec<&str> = idle.map(|(_, index)| index.name.as_str()).collect();
    for sql in statements {
        if idle.is_empty() {
            break;
        }
        let lines = scratch.lines(sql);
        idle.retain(|name| !lines.iter().any(|line| names(line, name)));
    }
    idle
}

/// Whether an index begins with the columns of a foreign key.
fn finds_children(table: &Table, index: &Index) -> bool {
    table.foreign_keys.iter().any(|key| {
        let first = index.columns.iter().take(key.columns.len());
        let is_of_key = |name: &str| key.columns.iter().any(|column| Ident(column) == name);
        first.len() == key.columns.len()
            && first.into_iter().all(|column| is_of_key(&column.name_or_expression))
    })
}

/// Whether a line of a plan names an index.
fn names(line: &str, index: &str) -> bool {
    let name = format!("INDEX {index}");
    let mut parts = line.match_indices(&name).map(|(at, _)| &line[at + name.len()..]);
    parts.any(|rest| rest.is_empty() || rest.starts_with(' '))
}
