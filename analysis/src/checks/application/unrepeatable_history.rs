//! A snapshot is asked for of a history that makes another database each time.

use onward_core::name::Ident;
use onward_core::token::significant;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::folder::history::{At, History};

/// `unrepeatable_history`
pub static RULE: Rule = Rule::error("unrepeatable_history", "a history of which there is a snapshot always makes the same database").effect("`snapshot!` would embed the rows of the moment at which the application was compiled: `INSERT INTO settings(since) VALUES (CURRENT_TIMESTAMP)`.");

const HELP: &str = "write the value itself if the migration is not released; else open `:memory:` with `Migrations::open` in tests";

/// `name` is what the statement has called: a function, or a collation of the application's.
pub(crate) fn diagnose(history: &History, at: At, name: &str) -> Diagnostic {
    let mut place = history.place(at);
    let is_it = |found: String| Ident(found) == name;
    let token = significant(history.sql(at)).find(|token| token.name().is_some_and(is_it));
    let label = match token {
        Some(token) => {
            let start = place.range.start;
            place.range = start + token.range.start..start + token.range.end;
            ""
        }
        None => "a default, a trigger or a view brings it in here",
    };
    let is_ours = |ours: &str| Ident(ours) == name;
    let config = &history.config;
    let is_function = config.functions.iter().any(|function| is_ours(&function.name));
    let (message, note) = match is_function || config.collations.iter().any(|collation| is_ours(collation)) {
        true => (
            format!("`{name}` is the application's, so there is no snapshot of this history"),
            "it is not there while the application compiles",
        ),
        false => (
            format!("`{name}` gives another value each time, so there is no snapshot of this history"),
            "a database that was made another day has other rows",
        ),
    };
    Diagnostic::new(&RULE, place, message).label(label).note(note).help(HELP)
}

/// It makes another database, and nothing tells why.
pub(crate) fn unknown(place: Place) -> Diagnostic {
    Diagnostic::new(
        &RULE,
        place,
        "the history makes another database each time, so there is no snapshot of it",
    )
    .help(HELP)
}
