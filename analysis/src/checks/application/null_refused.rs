//! A statement writes NULL into a column that is NOT NULL.

use onward_schema::{Column, Table};

use super::outcome;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::write::{What, Write};

/// `null_refused`
pub static RULE: Rule = Rule::error("null_refused", "no statement writes NULL into a column that is NOT NULL").effect("The statement fails as soon as there is a row to write. With OR IGNORE it never writes one, and nobody hears of it: `UPDATE jobs SET state = NULL` where `state` is NOT NULL.");

pub(crate) fn diagnose(
    place: Place,
    definition: Place,
    table: &Table,
    column: &Column,
    write: &Write,
) -> Diagnostic {
    let name = format!("`{}.{}`", table.name, column.name);
    let statement = if write.what == What::Update { "UPDATE" } else { "INSERT" };
    let message =
        format!("{name} is NOT NULL, and this {statement} writes NULL into it, so {}", outcome(write));
    let help = match &column.default {
        Some(default) if write.what != What::Update && !default.eq_ignore_ascii_case("null") => {
            format!("leave the column out, and it gets its default, {default}; or give it a value")
        }
        _ => "give it a value, or lift NOT NULL in a new migration".to_owned(),
    };
    Diagnostic::new(&RULE, place, message).related(definition, "NOT NULL").help(help)
}
