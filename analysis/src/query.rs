//! The application's own statements, held against the schema at the end of the history.
//!
//! SQLite itself says whether a statement is sound, by preparing it in the database that the replay left. What its
//! columns may hold is worked out from the statement's syntax and the schema: SQLite does not tell of an expression
//! whether it may be NULL.

mod aggregate;
mod expression;
mod fault;
mod function;
mod label;
#[cfg(test)]
mod random;
mod scope;
mod select;
#[cfg(test)]
mod tests;
mod value;

use std::ops::Range;

use label::Label;
use onward_core::kind::Kind;
use onward_core::statement::{Statement, statements};
use rusqlite::{Connection, Result};

use crate::analysis::Analysis;
use crate::cause::Refusal;
use crate::diagnostic::Diagnostic;
use crate::file::Files;
use crate::replay::Replay;
pub use value::{Null, Source, Value};

/// A statement that SQLite takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The statement as it is to be run: without what the aliases say to onward.
    pub sql: String,
    /// The columns of its rows; none if it gives no rows.
    pub columns: Vec<Column>,
    /// The names of its parameters in the order of their numbers, such as `:state`; `None` for a bare `?` and for a
    /// number that the statement leaves out.
    pub parameters: Vec<Option<String>>,
}

/// A column of a statement's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What is known of its values, or what its alias says of NULL.
    pub value: Value,
    /// The Rust type that its alias asks for: `AS "at: time::Date"`.
    pub cast: Option<String>,
}

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

/// What is wrong with a text of the application's.
#[derive(Debug, Clone)]
pub enum Error {
    /// There is no statement in it.
    Empty,
    /// There is more than one; these are the bytes from the second on.
    Several(Range<usize>),
    /// SQLite refuses it.
    Refused(Refused),
    /// The migrations could not be replayed, so there is no schema to hold it against.
    NoSchema,
}

impl Analysis {
    /// Checks one statement and says what goes in and what comes out.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn query(&self, source: Text<'_>) -> std::result::Result<Query, Error> {
        let replay = self.replay.as_ref().ok_or(Error::NoSchema)?;
        let text = source.text;
        let statement = match &statements(text)[..] {
            [] => return Err(Error::Empty),
            [statement] => statement.range.clone(),
            [_, second, ..] => return Err(Error::Several(second.range.start..text.trim_end().len())),
        };
        let (sql, range) = (&text[statement.clone()], statement);
        self.without_nul(source)?;
        replay.with_sandbox(|sandbox| {
            let conn = sandbox.conn();
            let prepared = prepare(conn, sql).and_then(|(names, parameters)| {
                let labels: Vec<Label> = names.iter().map(|name| Label::read(name)).collect();
                let pairs = names.iter().cloned().zip(labels.iter().map(|label| label.name.clone()));
                let pairs: Vec<_> = pairs.filter(|(name, plain)| name != plain).collect();
                let sql = label::without_labels(sql, &pairs);
                let (names, _) = if pairs.is_empty() { (names, vec![]) } else { prepare(conn, &sql)? };
                // What could not be taken out is a name like any other.
                let pairs = names.iter().zip(labels);
                let labels = pairs
                    .map(|(name, label)| if *name == label.name { label } else { Label::plain(name) })
                    .collect();
                Ok(Query { columns: columns(replay, &sql, labels), sql, parameters })
            });
            let query =
                prepared.map_err(|error| Error::Refused(self.refused(replay, conn, source, sql, error)))?;
            self.without_newer(source, &text[range.clone()], range.start)?;
            Ok(query)
        })
    }

    /// Checks every statement of a text, each against the schema at the end of the history; what follows one that
    /// changes the schema is not looked at.
    ///
    /// # Errors
    /// What is wrong with the first that is.
    pub fn check(&self, source: Text<'_>) -> std::result::Result<(), Error> {
        let replay = self.replay.as_ref().ok_or(Error::NoSchema)?;
        let text = source.text;
        let statements = statements(text);
        if statements.is_empty() {
            return Err(Error::Empty);
        }
        self.without_nul(source)?;
        let leaves_schema = |statement: &&Statement| !statement.kind.changes_schema();
        let changing = statements.iter().position(|statement| !leaves_schema(&statement));
        let checked = &statements[..changing.map_or(statements.len(), |index| index + 1)];
        for statement in checked.iter().filter(|statement| !matches!(statement.kind, Kind::Outside)) {
            let sql = &text[statement.range.clone()];
            replay.with_sandbox(|sandbox| {
                let prepared = sandbox.conn().prepare(sql).map(drop);
                let refused =
                    |error| Error::Refused(self.refused(replay, sandbox.conn(), source, sql, error));
                prepared.map_err(refused)
            })?;
            self.without_newer(source, sql, statement.range.start)?;
        }
        Ok(())
    }

    /// A statement that begins at this byte runs on the oldest SQLite that onward.toml names.
    fn without_newer(&self, source: Text<'_>, sql: &str, start: usize) -> std::result::Result<(), Error> {
        match fault::newer(&self.history, source, sql, start) {
            Some(refused) => Err(Error::Refused(refused)),
            None => Ok(()),
        }
    }

    fn without_nul(&self, source: Text<'_>) -> std::result::Result<(), Error> {
        match source.text.find('\0') {
            Some(at) => Err(Error::Refused(fault::nul(&self.history, source, at))),
            None => Ok(()),
        }
    }

    fn refused(
        &self,
        replay: &Replay,
        conn: &Connection,
        source: Text<'_>,
        sql: &str,
        error: rusqlite::Error,
    ) -> Refused {
        fault::explain(&self.history, replay, conn, source, sql, Refusal::from(error))
    }
}

/// The names of the columns, and of the parameters.
fn prepare(conn: &Connection, sql: &str) -> Result<(Vec<String>, Vec<Option<String>>)> {
    let statement = conn.prepare(sql)?;
    let mut names = Vec::new();
    // A list or an iterator, by the version of rusqlite.
    for name in statement.column_names() {
        names.push(name.to_owned());
    }
    let parameters = (1..=statement.parameter_count()).map(|index| statement.parameter_name(index));
    Ok((names, parameters.map(|name| name.map(str::to_owned)).collect()))
}

fn columns(replay: &Replay, sql: &str, labels: Vec<Label>) -> Vec<Column> {
    let known = select::columns(&replay.known, sql).filter(|known| known.len() == labels.len());
    let mut known = known.unwrap_or_default().into_iter().map(|column| column.value);
    let columns = labels.into_iter().map(|label| {
        let value = known.next().unwrap_or(Value::UNKNOWN);
        let null = label.null.unwrap_or(value.null);
        Column { name: label.name, value: Value { null, ..value }, cast: label.cast }
    });
    columns.collect()
}

/// A text that stands in the source.
impl<'t> From<&'t str> for Text<'t> {
    fn from(text: &'t str) -> Text<'t> {
        Text { path: "", text }
    }
}
