//! The statement of a migration that changes what a released one does.

use onward_core::kind::{Change, Kind, Name};
use rusqlite::Connection;

use super::Broken;
use crate::analysis::Analysis;
use crate::folder::history::{At, History};
use crate::sqlite::sandbox::Sandbox;

/// More statements than these are not followed through the history.
const MOST: usize = 64;

/// Notes of each since when it is what it is now, after the migrations up to `last`.
pub(super) fn find(analysis: &Analysis, last: usize, broken: &mut [Broken<'_>]) {
    let history = &analysis.history;
    let mut watches: Vec<Watch<'_>> =
        broken.iter_mut().filter(|broken| broken.change.shows).take(MOST).map(Watch::new).collect();
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
    since: &'w mut Option<At>,
    word: Option<String>,
}

impl<'w> Watch<'w> {
    fn new<'r: 'w>(broken: &'w mut Broken<'r>) -> Watch<'w> {
        Watch { sql: &broken.statement.sql, since: &mut broken.since, word: None }
    }

    fn look(&mut self, conn: &Connection, at: Option<At>) {
        let word = word(conn, self.sql);
        if let (Some(at), Some(before)) = (at, &self.word)
            && *before != word
        {
            *self.since = Some(at);
        }
        self.word = Some(word);
    }
}

/// What SQLite says of a statement: the names of its columns, or why it refuses it.
fn word(conn: &Connection, sql: &str) -> String {
    match conn.prepare(sql) {
        Ok(statement) => {
            // A list or an iterator, by the version of rusqlite.
            let mut names = String::new();
            for name in statement.column_names() {
                names += name;
                names += "\n";
            }
            names
        }
        Err(error) => format!("refused: {error}"),
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
        Kind::Create { name, on, .. } => is_it(name) || on.as_ref().is_some_and(is_it),
        Kind::Alter { table, change } => {
            is_it(table) || matches!(change, Some(Change::RenameTable(to)) if is_it(to))
        }
        Kind::Drop { name, .. } => is_it(name),
        _ => false,
    });
    found.last()
}
