//! Where a fault comes from: the earlier statement since which SQLite refuses, and the nearest name that exists.

use onward_core::token::significant;
use onward_schema::Violation;
use rusqlite::{Connection, Result};

use super::fault::{Fault, Orphans, Since};
use super::step::{Step, prepare_renamed};
use crate::folder::history::{At, History};
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// More faults than this are reported without their origin: one look costs a statement of SQLite per change of schema.
const MOST: usize = 32;

/// Runs the history once more for the faults that nothing later mends, and notes since when each is one.
pub(super) fn find(history: &History, ran: &[Step], faults: &mut [Fault]) -> Result<()> {
    let open: Vec<&mut Fault> = faults.iter_mut().filter(|fault| fault.mended.is_none()).take(MOST).collect();
    let mut watches: Vec<Watch<'_>> = open.into_iter().filter_map(Watch::new).collect();
    let Some(end) = watches.iter().map(|watch| watch.fault.at).max() else { return Ok(()) };
    let sandbox = Sandbox::open(&history.config)?;
    watches.iter_mut().for_each(|watch| watch.look(history, &sandbox, None));
    again(history, ran, &sandbox, |at, _| {
        if at <= end && history.statement(at).kind.changes_schema() {
            watches.iter_mut().for_each(|watch| watch.look(history, &sandbox, Some(at)));
        }
        Ok(())
    })
}

/// Runs what the replay has run in another sandbox, and calls back after each statement with whether it was the last of
/// its migration.
pub(super) fn again(
    history: &History,
    ran: &[Step],
    sandbox: &Sandbox,
    mut after: impl FnMut(At, bool) -> Result<()>,
) -> Result<()> {
    for (index, step) in ran.iter().enumerate() {
        let is_first = index == 0 || ran[index - 1].at.migration != step.at.migration;
        let foreign_keys = history.enforces(step.at.migration);
        if is_first && foreign_keys {
            sandbox.foreign_keys(true)?;
        }
        // What worked once may not work twice, if it is random; then its fault is found without it.
        let _ = sandbox.run(history.sql(step.at), step.strings);
        let is_last = ran.get(index + 1).is_none_or(|next| next.at.migration != step.at.migration);
        if is_last && foreign_keys {
            sandbox.foreign_keys(false)?;
        }
        if is_last {
            sandbox.reset()?;
        }
        after(step.at, is_last)?;
    }
    Ok(())
}

/// What SQLite says of a statement at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Works,
    /// The same complaint as in the fault.
    Same,
    /// Another complaint, which says nothing of this one.
    Other,
}

struct Watch<'f> {
    fault: &'f mut Fault,
    word: Word,
}

impl<'f> Watch<'f> {
    fn new(fault: &'f mut Fault) -> Option<Watch<'f>> {
        use Cause::*;
        match fault.refusal.cause {
            NoColumn { .. } | NoTable(_) | NoObject(..) | ColumnExists(_) | Exists(_) => {
                Some(Watch { fault, word: Word::Other })
            }
            _ => None,
        }
    }

    fn look(&mut self, history: &History, sandbox: &Sandbox, after: Option<At>) {
        if after.is_some_and(|after| after >= self.fault.at) {
            return;
        }
        let outcome = match self.fault.refusal.cause {
            Cause::Exists(_) => sandbox.prepare(history.sql(self.fault.at), false).map_err(Refusal::from),
            _ => prepare_renamed(history, sandbox, self.fault.at),
        };
        let word = match outcome {
            Ok(()) => Word::Works,
            Err(refusal) if refusal.cause == self.fault.refusal.cause => Word::Same,
            // Which of several missing columns SQLite names first says nothing of the others.
            Err(_) => Word::Other,
        };
        if let Some(at) = after
            && word == Word::Same
            && self.word != Word::Same
        {
            self.fault.since = Some(Since { at, worked: self.word == Word::Works });
        }
        // While a table is being rebuilt it is gone for a moment, which says nothing of its columns.
        if word != Word::Other {
            self.word = word;
        }
    }
}

/// Runs the history once more if it leaves orphans, to see which migration does.
pub(super) fn orphans(history: &History, ran: &[Step], end: &Connection) -> Result<Option<Orphans>> {
    let violations = Violation::read(end)?;
    let Some(first) = violations.first() else { return Ok(None) };
    let sandbox = Sandbox::open(&history.config)?;
    let is_there = |found: &Violation| found.table == first.table && found.parent == first.parent;
    let mut migration = None;
    again(history, ran, &sandbox, |at, is_last| {
        if is_last && migration.is_none() && Violation::read(sandbox.conn())?.iter().any(is_there) {
            migration = Some(at.migration);
        }
        Ok(())
    })?;
    let migration = migration.unwrap_or(history.migrations.len() - 1);
    Ok(Some(Orphans { migration, violations }))
}

/// The name that exists and is spelled most like the missing one, if any is near.
pub(crate) fn near(conn: &Connection, sql: &str, cause: &Cause) -> Option<String> {
    let (missing, candidates) = match cause {
        Cause::NoColumn { name, .. } => (name, columns(conn, sql)),
        Cause::NoTable(name) => (name, tables(conn)),
        _ => return None,
    };
    nearest(missing, candidates.unwrap_or_default())
}

/// The candidate that is spelled most like a missing name, if any is near.
pub(crate) fn nearest(missing: &str, candidates: Vec<String>) -> Option<String> {
    let missing = missing.to_ascii_lowercase();
    let most = missing.chars().count().max(3) / 3;
    candidates
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&missing, &name.to_ascii_lowercase()), name))
        .filter(|(distance, _)| (1..=most).contains(distance) && *distance < missing.chars().count())
        .min()
        .map(|(_, name)| name)
}

/// The columns of all tables that a statement names.
fn columns(conn: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut query = conn.prepare("SELECT name FROM pragma_table_xinfo(?1)")?;
    let mut columns = Vec::new();
    for name in significant(sql).filter_map(|token| token.name()) {
        for column in query.query_map([name], |row| row.get(0))? {
            columns.push(column?);
        }
    }
    Ok(columns)
}

fn tables(conn: &Connection) -> Result<Vec<String>> {
    let mut query = conn.prepare(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    query.query_map([], |row| row.get(0))?.collect()
}
