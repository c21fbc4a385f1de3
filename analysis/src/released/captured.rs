//! Whether a new column takes a name that meant something else: one of another table, or an alias.

use onward_core::token::{Token, list};
use onward_schema::Table;

use super::change::{Change, Sides, named};
use crate::diagnostic::Severity;

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let tokens = list(sides.sql);
    let is_natural = tokens.iter().any(|token| token.is("NATURAL"));
    let names = named(sides.now, sides.sql);
    let table = |name: &str| Some((sides.before.known.table(name)?, sides.after.known.table(name)?));
    let tables: Vec<(&Table, &Table)> = names.iter().filter_map(|name| table(name)).collect();
    let mut changes = Vec::new();
    for (was, is) in &tables {
        for column in is.columns.iter().filter(|column| was.column(&column.name).is_none()) {
            let name = column.name.as_str();
            let is_shared =
                || tables.iter().any(|(_, other)| other.name != is.name && other.column(name).is_some());
            let had: Vec<&str> = tables
                .iter()
                .filter(|(was, _)| was.column(name).is_some())
                .map(|(_, is)| is.name.as_str())
                .collect();
            if is_used(&tokens, &is.name, name, &had) || is_natural && is_shared() {
                let message = format!(
                    "reads `{0}.{name}` where `{name}` was something else: the column is new",
                    is.name
                );
                changes.push(Change::of(Severity::Warning, message, vec![is.name.clone()]));
            }
        }
    }
    changes
}

/// Whether a name stands by itself where it may be this table's, and is not one's that `had` it in a SELECT that is nearer.
fn is_used(tokens: &[Token<'_>], table: &str, name: &str, had: &[&str]) -> bool {
    let selects = selects(tokens);
    // How many SELECTs deep the nearest is that has one of these tables.
    let nearest = |at: usize, tables: &[&str]| {
        let named = tokens.iter().zip(&selects);
        let named = named.filter(|(token, _)| tables.iter().any(|table| token.is_name(table)));
        named.filter(|(_, select)| selects[at].starts_with(select)).map(|(_, select)| select.len()).max()
    };
    let is_of_table = |at: usize| nearest(at, &[table]).is_some_and(|depth| Some(depth) >= nearest(at, had));
    let mut used = tokens.iter().enumerate().filter(|(_, token)| token.is_name(name));
    used.any(|(at, _)| is_of_table(at) && !is_named_apart(tokens, at) && !is_target(tokens, at))
}

/// The SELECT that each token is in, behind those that this one is in: each sees the tables of those before it.
fn selects(tokens: &[Token<'_>]) -> Vec<Vec<usize>> {
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut inside = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let begins = |next: &Token<'_>| ["SELECT", "WITH", "VALUES"].iter().any(|word| next.is(word));
        match token.text {
            "(" => open.push(tokens.get(at + 1).filter(|next| begins(next)).map(|_| at)),
            ")" => drop(open.pop()),
            _ => {}
        }
        inside.push(open.iter().flatten().copied().collect());
    }
    inside
}

/// Whether it is the name that something gets, of a table, or of a function.
fn is_named_apart(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    let after = tokens.get(at + 1);
    before.is_some_and(|token| token.text == "." || token.is("AS"))
        || after.is_some_and(|token| token.text == "." || token.text == "(")
}

/// Whether it is a column that is written, or that a conflict is looked for by: of the table that is written alone.
fn is_target(tokens: &[Token<'_>], at: usize) -> bool {
    let before = &tokens[..at];
    let is_set = tokens.get(at + 1).is_some_and(|token| token.text == "=")
        && before.last().is_some_and(|token| token.is("SET") || token.text == ",");
    let open = before.iter().rposition(|token| token.text == "(" || token.text == ")");
    let list = open.filter(|open| before[*open].text == "(").map(|open| &before[..open]);
    let is_list = list.is_some_and(|before| {
        before.last().is_some_and(|token| token.is("CONFLICT"))
            || before.iter().rev().take(6).any(|token| token.is("INTO"))
                && !before.iter().any(|token| token.is("VALUES") || token.is("SELECT"))
    });
    is_set || is_list
}
