//! An INSERT leaves out a column that is NOT NULL and has no default.

use onward_core::name::quoted;
use onward_core::token::{Kind, tokens};

use super::outcome;
use crate::checks::words::list;
use crate::config::schema::SETTING;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::write::Write;

/// `required_column_missing`
pub static RULE: Rule = Rule::error("required_column_missing", "an INSERT gives every column that is NOT NULL and has no default").effect("The statement fails at every call, whatever it is given. With OR IGNORE it never inserts a row, and nobody hears of it: `INSERT INTO jobs(state) VALUES (?)` where `queue` is NOT NULL as well.");

/// `missing` are the columns, each with its definition; `is_ignored` says that one of them has the row left out.
pub(crate) fn diagnose(
    place: Place,
    table: &str,
    write: &Write,
    is_ignored: bool,
    missing: &[(&str, Place)],
) -> Diagnostic {
    let (are, have) = if missing.len() == 1 { ("is", "has") } else { ("are", "have") };
    let message = format!(
        "this INSERT leaves out {}, which {are} NOT NULL and {have} no default, so {}",
        names(table, missing),
        outcome(write, is_ignored)
    );
    told(place, table, write, missing, message, "NOT NULL, and no default")
}

/// The same of keys that are never NULL by onward.toml alone.
pub(crate) fn vouched(place: Place, table: &str, write: &Write, missing: &[(&str, Place)]) -> Diagnostic {
    let are = if missing.len() == 1 { "it is" } else { "they are" };
    let message = format!(
        "this INSERT leaves out {}, and {SETTING} in onward.toml says that {are} never NULL",
        names(table, missing)
    );
    told(place, table, write, missing, message, "in the primary key, and no default")
}

fn names(table: &str, missing: &[(&str, Place)]) -> String {
    let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{table}.{name}`")).collect();
    list(&names)
}

fn told(
    place: Place,
    table: &str,
    write: &Write,
    missing: &[(&str, Place)],
    message: String,
    label: &str,
) -> Diagnostic {
    let given = write.columns.iter().map(String::as_str).chain(missing.iter().map(|(name, _)| *name));
    let columns: Vec<String> = given.map(name).collect();
    let them = if missing.len() == 1 { "a value for it" } else { "a value for each" };
    let diagnostic = Diagnostic::new(&RULE, place, message).help(format!(
        "write `{}({})`, and {them}",
        name(table),
        columns.join(", ")
    ));
    missing
        .iter()
        .fold(diagnostic, |diagnostic, (_, definition)| diagnostic.related(definition.clone(), label))
}

/// A name as one writes it: in quotes only where it has to be.
fn name(name: &str) -> String {
    let mut tokens = tokens(name);
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if token.kind == Kind::Word => name.to_owned(),
        _ => quoted(name),
    }
}
