//! A condition compares something with NULL, which is never true.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;

/// `comparison_with_null`
pub static RULE: Rule = Rule::error("comparison_with_null", "a condition asks for NULL with IS").effect("Nothing equals NULL, and nothing differs from it, so the rows that are asked for are never found: `SELECT id FROM jobs WHERE parent = NULL`.");

pub(crate) fn diagnose(place: Place, operator: &str) -> Diagnostic {
    let help = match operator {
        "WHEN" => "write `CASE WHEN … IS NULL THEN …`",
        "WHEN NOT" => "write `CASE WHEN … IS NOT NULL THEN …`",
        "=" | "==" => "write `IS NULL`",
        "<>" | "!=" | "= NOT" | "== NOT" => "write `IS NOT NULL`",
        _ => "write `IS NULL` or `IS NOT NULL`",
    };
    Diagnostic::new(&RULE, place, format!("`{operator} NULL` is never true, whatever is on the other side"))
        .label("nothing is equal to NULL, or different from it")
        .help(help)
}
