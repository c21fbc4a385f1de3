//! What else is gone that a refused statement names: SQLite tells of the first alone.

use onward_core::name::{Ident, quoted};
use onward_core::token::significant;
use onward_schema::Table;
use rusqlite::Connection;

use super::change::{Change, Fact, Shows, named};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::sqlite::message::{Cause, Refusal};

/// More are not looked for.
const MOST: usize = 8;

/// What is gone beside the first. Each that SQLite misses is given back to a copy of the database, until it misses nothing.
pub(super) fn changes(then: &Analysis, now: &Analysis, sql: &str) -> Vec<Change> {
    let mut gone = gone(then, now, sql);
    let (Some(replay), true) = (&now.replay, gone.len() > 1) else { return Vec::new() };
    let config = &now.history.config;
    let copy = replay.with_sandbox(config, |sandbox| sandbox.copy(config));
    let Some(Ok(copy)) = copy else { return Vec::new() };
    let missed = |conn: &Connection| conn.prepare(sql).err().map(Refusal::from);
    let mut found: Vec<Gone> = Vec::new();
    let mut last = missed(copy.conn());
    while let Some(refusal) = &last {
        let Some(at) = gone.iter().position(|gone| gone.is(&refusal.cause)) else { break };
        let one = gone.remove(at);
        if copy.conn().execute_batch(&one.given_back()).is_err() {
            continue;
        }
        let next = missed(copy.conn());
        // What makes no difference was not meant: another table had a column of that name as well.
        if next.as_ref() != Some(refusal) {
            found.push(one);
        }
        last = next;
        if found.len() == MOST {
            break;
        }
    }
    found.iter().skip(1).map(Gone::change).collect()
}

/// A table or view of then that is not there now, or a column of one that is.
enum Gone {
    Whole { name: String, definition: String },
    Column { table: String, name: String, declared_type: String },
}

impl Gone {
    fn is(&self, cause: &Cause) -> bool {
        match (self, cause) {
            (Gone::Whole { name, .. }, Cause::NoTable(missed))
            | (Gone::Column { name, .. }, Cause::NoColumn { name: missed, .. }) => {
                Ident(name) == missed.as_str()
            }
            _ => false,
        }
    }

    fn given_back(&self) -> String {
        match self {
            Gone::Whole { definition, .. } => definition.clone(),
            Gone::Column { table, name, declared_type } => {
                format!("ALTER TABLE {} ADD COLUMN {} {declared_type}", quoted(table), quoted(name))
            }
        }
    }

    fn change(&self) -> Change {
        let (table, column, message) = match self {
            Gone::Whole { name, .. } => (name, "", format!("fails: there is no table or view `{name}`")),
            Gone::Column { table, name, .. } => {
                (table, name.as_str(), format!("fails: `{table}` has no column `{name}`"))
            }
        };
        let shows = Shows::Table(table.clone(), Fact::Column(column.to_owned()));
        Change { shows, ..Change::of(Severity::Error, message, vec![table.clone()]) }
    }
}

fn gone(then: &Analysis, now: &Analysis, sql: &str) -> Vec<Gone> {
    let (Some(before), Some(after)) = (&then.replay, &now.replay) else { return Vec::new() };
    let (before, after) = (&before.known, &after.known);
    let is_named = |name: &str| significant(sql).any(|token| token.is_name(name));
    let columns = |was: &Table, is: &Table| -> Vec<Gone> {
        let gone = was.columns.iter().filter(|column| is.column(&column.name).is_none());
        let gone = gone.filter(|column| is_named(&column.name));
        let gone = gone.map(|column| Gone::Column {
            table: is.name.clone(),
            name: column.name.clone(),
            declared_type: column.declared_type.clone(),
        });
        gone.collect()
    };
    let mut found = Vec::new();
    for name in named(then, sql) {
        let is_view = after.views.contains_key(&name.to_ascii_lowercase());
        match (before.table(&name), after.table(&name)) {
            (Some(was), Some(is)) => found.extend(columns(was, is)),
            (_, None) if is_view => {}
            (Some(was), None) => found.push(Gone::Whole { name, definition: was.definition.clone() }),
            (None, None) => {
                if let Some(was) = before.views.get(&name.to_ascii_lowercase()) {
                    found.push(Gone::Whole { name, definition: was.definition.clone() });
                }
            }
            (None, Some(_)) => {}
        }
    }
    found
}
