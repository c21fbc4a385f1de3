//! An INSERT leaves out a column that is NOT NULL and has no default.

use onward_core::name::quoted;
use onward_core::token::{Kind, tokens};

use super::outcome;
use crate::checks::words::list;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::write::Write;

/// `required_column_missing`
pub static RULE: Rule = Rule::error("required_column_missing", "an INSERT gives every column that is NOT NULL and has no default").effect("The statement fails at every call, whatever it is given. With OR IGNORE it never inserts a row, and nobody hears of it: `INSERT INTO jobs(state) VALUES (?)` where `queue` is NOT NULL as well.");

/// `missing` are the columns, each with its definition.
pub(crate) fn diagnose(place: Place, table: &str, write: &Write, missing: &[(&str, Place)]) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{table}.{name}`")).collect();
    let (are, have) = if missing.len() == 1 { ("is", "has") } else { ("are", "have") };
    let message = format!(
        "this INSERT leaves out {}, which {are} NOT NULL and {have} no default, so {}",
        list(&names),
        outcome(write)
    );
    let given = write.columns.iter().map(String::as_str).chain(missing.iter().map(|(name, _)| *name));
    let columns: Vec<String> = given.map(name).collect();
    let them = if missing.len() == 1 { "a value for it" } else { "a value for each" };
    let diagnostic = Diagnostic::new(&RULE, place, message).help(format!(
        "write `{}({})`, and {them}",
        name(table),
        columns.join(", ")
    ));
    missing.iter().fold(diagnostic, |diagnostic, (_, definition)| {
        diagnostic.related(definition.clone(), "NOT NULL, and no default")
    })
}

/// A name as one writes it: in quotes only where it has to be.
fn name(name: &str) -> String {
    let mut tokens = tokens(name);
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if token.kind == Kind::Word => name.to_owned(),
        _ => quoted(name),
    }
}
