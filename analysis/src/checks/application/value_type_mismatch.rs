//! A statement writes a value into a column that takes no values of its type.

use onward_core::name::Ident;
use onward_schema::{Column, Table};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::rowid::is_rowid;
use crate::query::write::What;

/// `value_type_mismatch`
pub static RULE: Rule = Rule::error("value_type_mismatch", "a value has a type that its column takes").effect("The statement fails as soon as there is a row to write: `INSERT INTO jobs(id) VALUES ('first')` where `id` is the INTEGER PRIMARY KEY, or a text that is no number in an INTEGER column of a STRICT table.");

pub(crate) fn diagnose(
    place: Place,
    definition: Place,
    table: &Table,
    column: &Column,
    value: &str,
    what: What,
) -> Diagnostic {
    let name = format!("`{}.{}`", table.name, column.name);
    let is_named = if table.rowid().is_some() { "the INTEGER PRIMARY KEY" } else { "the rowid" };
    let (is, label, help) = match is_rowid(table, column) {
        true => (
            format!("{is_named}, which takes whole numbers alone"),
            "the number of the row",
            "write a whole number",
        ),
        false => (
            format!("{} in a STRICT table", column.declared_type),
            "STRICT",
            match &column.declared_type {
                declared if Ident(declared) == "text" => "write a string",
                declared if Ident(declared) == "blob" => "write a blob, as in x'00ff'",
                declared if Ident(declared) == "real" => "write a number",
                _ => "write a whole number",
            },
        ),
    };
    let so = match what {
        What::Insert => "this INSERT always fails",
        What::Copy => "this INSERT fails at the first row",
        What::Update => "this UPDATE fails at the first row",
    };
    let message = format!("{name} is {is}, and does not take {value}, so {so}");
    Diagnostic::new(&RULE, place, message).related(definition, label).help(help)
}
