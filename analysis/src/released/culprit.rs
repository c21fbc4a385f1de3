//! The statement of a migration that changes what a released one does.

use onward_core::kind::{Change, Kind, Name};
use onward_core::name::Ident;
use rusqlite::Connection;

use super::change::{Broken, Shows};
use crate::analysis::Analysis;
use crate::folder::history::{At, History};
use crate::sqlite::sandbox::Sandbox;

/// More statements than these are not followed through the history.
const MOST: usize = 64;

/// Notes of each since when it is what it is now, after the migrations up to `last`.
pub(super) fn find(analysis: &Analysis, last: usize, broken: &mut [Broken<'_>]) {
    let history = &analysis.history;
    let mut watches: Vec<Watch<'_>> = broken
        .iter_mut()
        .filter(|broken| !matches!(broken.change.shows, Shows::Nothing))
        .take(MOST)
        .map(Watch::new)
        .collect();
    if !watches.is_empty() {
        // What cannot be run again is looked for by name.
        let _ = follow(analysis, last, &mut watches);
    }
    for broken in broken.iter_mut().filter(|broken| broken.since.is_none()) {
        broken.since = latest(history, last, &broken.change.about);
    }
}

struct Watch<'w> {
    sql: &'w str,
    shows: &'w Shows,
    since: &'w mut Option<At>,
    word: Option<String>,
}

impl<'w> Watch<'w> {
    fn new<'r: 'w>(broken: &'w mut Broken<'r>) -> Watch<'w> {
        let (sql, shows) = (&broken.statement.sql, &broken.change.shows);
        Watch { sql, shows, since: &mut broken.since, word: None }
    }

    fn look(&mut self, conn: &Connection, at: Option<At>) {
        let word = self.word(conn);
        if let (Some(at), Some(before)) = (at, &self.word)
            && *before != word
        {
            *self.since = Some(at);
        }
        self.word = Some(word);
    }

    fn word(&self, conn: &Connection) -> String {
        let (table, fact) = match self.shows {
            Shows::Table(table, fact) => (table, fact),
            _ => return self.prepared(conn),
        };
        // What cannot be read has not changed.
        fact.read(conn, table).unwrap_or_default()
    }

    fn prepared(&self, conn: &Connection) -> String {
        let statement = match conn.prepare(self.sql) {
            Ok(statement) => statement,
            Err(error) => return format!("refused: {error}"),
        };
        // A list or an iterator, by the version of rusqlite.
        let mut names = Vec::new();
        for name in statement.column_names() {
            names.push(name.to_owned());
        }
        match self.shows {
            Shows::Nothing | Shows::Refusal | Shows::Table(..) => "works".to_owned(),
            Shows::Column(column) => names.iter().any(|name| Ident(name) == column.as_str()).to_string(),
            Shows::Columns => names.join("\n"),
        }
    }
}

/// Runs the history once more, and asks after each change of the schema.
fn follow(analysis: &Analysis, last: usize, watches: &mut [Watch<'_>]) -> rusqlite::Result<()> {
    let history = &analysis.history;
    let Some(replay) = &analysis.replay else { return Ok(()) };
    let sandbox = Sandbox::open(&history.config)?;
    let mut is_first = true;
    replay.again(history, &sandbox, |at| {
        // What comes before is asked once, at its end.
        let ends_release = at.migration == last && at.statement + 1 == history.migration(at).statements.len();
        if ends_release || at.migration > last && history.statement(at).kind.changes_schema() {
            let since = (!is_first).then_some(at);
            watches.iter_mut().for_each(|watch| watch.look(sandbox.conn(), since));
            is_first = false;
        }
    })
}

/// The last statement that makes or changes one of these.
fn latest(history: &History, last: usize, about: &[String]) -> Option<At> {
    let is_it = |name: &Name| about.iter().any(|about| name.is(about));
    let new = history.statements().filter(|at| at.migration > last);
    let found = new.filter(|at| match &history.statement(*at).kind {
        // An index or a trigger is nothing to who means the table.
        Kind::Create { name, .. } => is_it(name),
        Kind::Alter { table, change } => {
            is_it(table) || matches!(change, Some(Change::RenameTable(to)) if is_it(to))
        }
        Kind::Drop { name, .. } => is_it(name),
        _ => false,
    });
    found.last()
}
