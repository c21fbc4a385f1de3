//! Whether a table does something else with what is written: another default, ON CONFLICT or ON DELETE.

use onward_core::name::Ident;
use onward_core::token::{Kind as TokenKind, Token, list, significant};
use onward_schema::{Action, ForeignKey, Table};

use super::change::{Change, Kind, Shows, Sides};
use super::constraint::{deleted, is_written, narrower};
use super::renamed::Renamed;
use crate::query::write::{What, Write};

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let mut changes = narrower(sides, |was, is, write, renamed| {
        let found = defaults(was, is, write, renamed).into_iter().chain(clauses(was, is, write));
        found.map(|message| lost(message, &is.name)).collect()
    });
    changes.extend(actions(sides));
    changes
}

fn lost(message: String, table: &str) -> Change {
    Change { kind: Kind::Lost, ..Change::narrower(message, table.to_owned(), Shows::Nothing) }
}

/// What an INSERT leaves out. Of expressions nobody knows whether they come to the same.
fn defaults(was: &Table, is: &Table, write: &Write, renamed: &Renamed) -> Vec<String> {
    if write.what == What::Update {
        return Vec::new();
    }
    let left_out = was.columns.iter().filter_map(|before| {
        let after = is.column(&renamed.column(&before.name))?;
        let (was, is) = (constant(before.default.as_deref()?)?, constant(after.default.as_deref()?)?);
        (was != is && !is_written(write, &after.name)).then_some((&after.name, was, is))
    });
    let message = |(column, was, now): (&String, String, String)| {
        format!("leaves out `{}.{column}`, whose default was {was} and is {now} now", is.name)
    };
    left_out.map(message).collect()
}

/// The value of a default, without brackets, if it is one that is written down: a text, a number or bytes.
pub(super) fn constant(default: &str) -> Option<String> {
    let tokens = significant(default).filter(|token| !matches!(token.text, "(" | ")" | "+"));
    let tokens: Vec<Token<'_>> = tokens.collect();
    let (sign, value) = match &tokens[..] {
        [value] => ("", value),
        [minus, value] if minus.text == "-" => ("-", value),
        _ => return None,
    };
    let is_value = matches!(
        value.kind,
        TokenKind::String | TokenKind::DoubleQuoted | TokenKind::Number | TokenKind::Blob
    );
    is_value.then(|| format!("{sign}{}", value.text))
}

/// What the constraints do with a row that a statement does not decide itself.
fn clauses(was: &Table, is: &Table, write: &Write) -> Option<String> {
    let of = |table: &Table| -> Vec<String> {
        let tokens = list(&table.definition);
        let found = tokens.windows(3).filter(|words| words[0].is("ON") && words[1].is("CONFLICT"));
        let mut found: Vec<String> = found.map(|words| words[2].text.to_ascii_uppercase()).collect();
        found.sort_unstable();
        found
    };
    let (before, after) = (of(was), of(is));
    if write.conflict.is_some() || before == after {
        return None;
    }
    let new = after.iter().find(|clause| !before.contains(clause));
    Some(match (new, before.first()) {
        (Some(clause), _) => {
            format!("writes into `{}`, whose constraints say ON CONFLICT {clause} now", is.name)
        }
        (None, Some(clause)) => {
            format!("writes into `{}`, whose constraints said ON CONFLICT {clause} in more places", is.name)
        }
        (None, None) => return None,
    })
}

/// What becomes of rows that refer to one that is deleted. A key that refuses it now is the affair of `constraint`.
fn actions(sides: &Sides<'_>) -> Vec<Change> {
    let Some(parent) = deleted(sides.sql) else { return Vec::new() };
    let refers = |key: &&ForeignKey| Ident(&key.parent) == parent.as_str();
    let stops = |action: Action| matches!(action, Action::NoAction | Action::Restrict);
    let mut changes = Vec::new();
    for after in sides.after.known.tables.values() {
        let Some(before) = sides.before.known.table(&after.name) else { continue };
        for key in after.foreign_keys.iter().filter(refers).filter(|key| !stops(key.on_delete)) {
            let known = before.foreign_keys.iter().filter(refers).find(|known| known.columns == key.columns);
            let Some(known) = known.filter(|known| known.on_delete != key.on_delete) else { continue };
            let message = format!(
                "meets ON DELETE {} of `{}` where foreign keys are enforced, where it met ON DELETE {}",
                key.on_delete.as_sql(),
                after.name,
                known.on_delete.as_sql()
            );
            changes.push(lost(message, &after.name));
        }
    }
    changes
}
