//! A statement writes NULL into a column that is NOT NULL.

use onward_schema::{Column, Table};

use super::outcome;
use crate::config::schema::SETTING;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::write::{What, Write};

/// `null_refused`
pub static RULE: Rule = Rule::error("null_refused", "no statement writes NULL into a column that is NOT NULL").effect("The statement fails as soon as there is a row to write. With OR IGNORE it never writes one, and nobody hears of it: `UPDATE jobs SET state = NULL` where `state` is NOT NULL.");

/// `is_ignored` says that the column has such a row left out.
pub(crate) fn diagnose(
    place: Place,
    definition: Place,
    table: &Table,
    column: &Column,
    write: &Write,
    is_ignored: bool,
) -> Diagnostic {
    let name = format!("`{}.{}`", table.name, column.name);
    let statement = statement(write);
    let outcome = outcome(write, is_ignored);
    let message = format!("{name} is NOT NULL, and this {statement} writes NULL into it, so {outcome}");
    let help = match &column.default {
        Some(default) if write.what != What::Update && !default.eq_ignore_ascii_case("null") => {
            format!("leave the column out, and it gets its default, {default}; or give it a value")
        }
        _ => "give it a value, or lift NOT NULL in a new migration".to_owned(),
    };
    Diagnostic::new(&RULE, place, message).related(definition, "NOT NULL").help(help)
}

/// The same of a key that is never NULL by onward.toml alone.
pub(crate) fn vouched(
    place: Place,
    definition: Place,
    table: &Table,
    column: &Column,
    write: &Write,
) -> Diagnostic {
    let name = format!("`{}.{}`", table.name, column.name);
    let message = format!(
        "this {} writes NULL into {name}, and {SETTING} in onward.toml says that it is never NULL",
        statement(write)
    );
    Diagnostic::new(&RULE, place, message).related(definition, "in the primary key").help("give it a value")
}

fn statement(write: &Write) -> &'static str {
    if write.what == What::Update { "UPDATE" } else { "INSERT" }
}
