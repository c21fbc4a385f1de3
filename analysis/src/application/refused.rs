//! What to say of a statement that SQLite refuses.

use onward_core::name::{Ident, string};
use onward_core::token::{Token, list};
use onward_schema::{Column, Schema};
use rusqlite::Connection;

use crate::checks::name::{double_quoted_string, unknown_column, unknown_function, unknown_table};
use crate::checks::statement::{newer_sqlite, sqlite_error, syntax_error};
use crate::config::external::FUNCTIONS;
use crate::diagnostic::Diagnostic;
use crate::file::{File, Files, Place};
use crate::folder::history::History;
use crate::replay::{Replay, culprit, near, removal};
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::outside::meant;

/// A text of the application's.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    /// The file it is from, as messages are to call it; empty if it stands in the source.
    pub path: &'t str,
    /// The text itself.
    pub text: &'t str,
}

/// Why a statement of the application is refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What is wrong. Its place is in the last of `files`.
    pub diagnostic: Box<Diagnostic>,
    /// The files of the history and the statement's text.
    pub files: Files,
}

/// A text that stands in the source.
impl<'t> From<&'t str> for Text<'t> {
    fn from(text: &'t str) -> Text<'t> {
        Text { path: "", text }
    }
}

/// Columns of a table that are listed when none is near.
const MOST: usize = 12;

pub(super) fn explain(
    history: &History,
    replay: &Replay,
    conn: &Connection,
    Text { path, text }: Text<'_>,
    sql: &str,
    refusal: Refusal,
) -> Refused {
    let mut files = history.files.clone();
    let file = files.add(File::statement(path, text));
    let start = sql.as_ptr() as usize - text.as_ptr() as usize;
    let at = |name: &str| {
        let range = culprit(sql, &refusal, name).unwrap_or(0..sql.len());
        file.at(start + range.start..start + range.end)
    };
    let near = near(conn, sql, &refusal.cause);
    let diagnostic = match &refusal.cause {
        Cause::NoColumn { name, quoted: true } => {
            let string = string(name);
            let help = match &near {
                Some(near) => format!("write {string} for the string, or \"{near}\" for the column"),
                None => format!("write {string} for the string"),
            };
            Diagnostic::new(&double_quoted_string::RULE, at(name), format!("no column is called \"{name}\""))
                .label("strings stand in single quotes")
                .help(help)
        }
        Cause::NoColumn { name, .. } => no_column(history, replay, sql, name, near, at(name)),
        Cause::NoTable(name) => {
            let gone = replay
                .column_histories(history)
                .table_gone(name)
                .map(|migration| file_name(history, migration));
            let diagnostic = Diagnostic::new(
                &unknown_table::RULE,
                at(name),
                format!("there is no table or view `{name}`"),
            )
            .label("no such table");
            match replay.table_now(history, name) {
                Some((now, at)) => diagnostic
                    .related(replay.place_in(history, at, name), "renamed here")
                    .help(format!("it is called `{now}` since {}", history.path(at))),
                None if is_called(sql, name) => diagnostic.help(unknown_table::function(name)),
                None => diagnostic.help(unknown_table::help(name, gone, near)),
            }
        }
        Cause::NoFunction(name) => {
            Diagnostic::new(&unknown_function::RULE, at(name), format!("SQLite has no function `{name}`"))
                .label("no such function")
                .help(unknown_function::named("functions", name, "on its connections"))
        }
        Cause::Syntax => {
            let end = start + sql.len();
            let place = if refusal.offset.is_some() { at("") } else { file.at(end..end) };
            Diagnostic::new(&syntax_error::RULE, place, refusal.message.clone()).label("SQLite stops here")
        }
        _ => {
            let place = match refusal.offset {
                Some(_) => at(""),
                None => file.at(start..start + sql.len()),
            };
            Diagnostic::new(&sqlite_error::RULE, place, format!("SQLite refuses this: {}", refusal.message))
                .label("refused against the schema at the end of the migrations")
                .help(too_many(history, &refusal.message).unwrap_or_default())
        }
    };
    Refused { diagnostic: Box::new(diagnostic), files }
}

/// A NUL, at this byte: SQLite would run what stands before it.
pub(super) fn nul(history: &History, Text { path, text }: Text<'_>, at: usize) -> Refused {
    let mut files = history.files.clone();
    let file = files.add(File::statement(path, text));
    let message = "there is a NUL byte, where SQLite stops reading";
    let diagnostic = Diagnostic::new(&syntax_error::RULE, file.at(at..at + 1), message)
        .label("nothing behind this would run")
        .help("write `char(0)` for the character in a string, and `x'00'` for the byte in a blob");
    Refused { diagnostic: Box::new(diagnostic), files }
}

/// The first that came with a newer SQLite than the one that is named, in a statement that begins at this byte.
pub(super) fn newer(
    history: &History,
    Text { path, text }: Text<'_>,
    sql: &str,
    start: usize,
) -> Option<Refused> {
    let oldest = history.config.engine.oldest()?;
    let found = history.newer(sql, oldest.version).into_iter().next()?;
    let mut files = history.files.clone();
    let file = files.add(File::statement(path, text));
    let place = file.at(start + found.range.start..start + found.range.end);
    let diagnostic = newer_sqlite::diagnose(&found, place, oldest);
    Some(Refused { diagnostic: Box::new(diagnostic), files })
}

fn no_column(
    history: &History,
    replay: &Replay,
    sql: &str,
    name: &str,
    near: Option<String>,
    place: Place,
) -> Diagnostic {
    let tables = tables(&replay.known, sql);
    let message = match &tables[..] {
        [(table, _)] => format!("`{table}` has no column `{name}`"),
        _ => format!("there is no column `{name}` here"),
    };
    let mut diagnostic = Diagnostic::new(&unknown_column::RULE, place, message).label("no such column");
    let now = tables.iter().find_map(|(table, _)| replay.column_now(history, table, name));
    if let Some((now, at)) = now {
        return diagnostic
            .related(replay.place_in(history, at, name), "renamed here")
            .help(format!("it is called `{now}` since {}", history.path(at)));
    }
    let histories = replay.column_histories(history);
    let gone = tables.iter().find_map(|(table, _)| Some((table, histories.of(table, name)?.gone?)));
    if let Some((table, migration)) = gone {
        return diagnostic
            .related(removal(history, migration, table, name), "gone since here")
            .help(format!("it is gone since {}", file_name(history, migration)));
    }
    let of_near = |near: &String| {
        tables.iter().find_map(|(table, columns)| {
            columns.iter().find(|column| column.name == *near)?;
            replay.definition(history, table, near)
        })
    };
    if let Some(place) = near.as_ref().and_then(of_near) {
        diagnostic = diagnostic.related(place, "a column with a similar name");
    }
    match (&near, &tables[..]) {
        (Some(near), _) => diagnostic.help(format!("there is a column with a similar name: `{near}`")),
        (None, [(table, columns)]) if !columns.is_empty() && columns.len() <= MOST => {
            let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
            diagnostic.help(format!("the columns of `{table}` are {}", names.join(", ")))
        }
        _ => diagnostic,
    }
}

/// The tables that a statement names, with their columns, and the functions with rows.
pub(crate) fn tables<'s>(schema: &'s Schema, sql: &str) -> Vec<(String, &'s [Column])> {
    let mut tables: Vec<(String, &[Column])> = Vec::new();
    let tokens = list(sql);
    for (index, token) in tokens.iter().enumerate() {
        let Some(name) = token.name() else { continue };
        let database = tokens[..index].split_last().filter(|(dot, _)| dot.is("."));
        let database = database.and_then(|(_, before)| before.last()?.name());
        let function = || schema.table(&meant(schema, Some(FUNCTIONS), &name));
        let is_known = |name: &str| tables.iter().any(|(known, _)| known == name);
        // One outside of the database may come first.
        let first =
            schema.table(&name).and_then(|_| schema.table(&meant(schema, database.as_deref(), &name)));
        let view = || schema.views.get(&name.to_ascii_lowercase());
        let found = match first.or_else(function) {
            Some(table) => Some((table.name.clone(), &table.columns[..])),
            None => view().map(|view| (view.name.clone(), &[][..])),
        };
        tables.extend(found.filter(|(name, _)| !is_known(name)));
    }
    tables
}

fn file_name(history: &History, migration: usize) -> &str {
    &history.files.get(history.migrations[migration].file).path
}

/// What to do about a call with more arguments than what stands in for the function takes.
fn too_many(history: &History, message: &str) -> Option<String> {
    let (name, _) = message.strip_prefix("too many arguments on ")?.split_once("()")?;
    history.config.is_called(name).then(|| {
        format!("what stands in for `{name}` takes three: run this with rusqlite's `prepare`, which is not checked")
    })
}

/// Whether a statement calls what it takes for a table: `FROM split(…)`.
fn is_called(sql: &str, name: &str) -> bool {
    let tokens = list(sql);
    let is_it = |token: &Token<'_>| token.name().is_some_and(|found| Ident(&found) == name);
    tokens.windows(2).any(|pair| is_it(&pair[0]) && pair[1].text == "(")
}
