//! The history with its hooks, on each of the databases.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{self, AtomicUsize};

use rusqlite::Connection;

use super::database::{Database, Maker, Rows};
use super::meeting::{Meeting, counts};
use super::samples::{Boxed, Samples};
use super::words::{self, At, Failure};
use crate::error::{Error, ErrorKind};
use crate::history::{Migration, Migrations};
use crate::report::Event;
use crate::run::Moment;

/// Tries the hook of a migration on a new database and on those with sample rows, and goes on to the end of the history, or to the
/// migration at the index `to`.
///
/// # Errors
/// What a test is to panic with.
pub fn test_hook(
    migrations: &Migrations,
    samples: &Samples,
    to: Option<usize>,
    open: &dyn Fn() -> Result<Connection, Boxed>,
    change: &dyn Fn(&Connection) -> Result<(), Boxed>,
) -> Result<(), String> {
    let list = migrations.list();
    let migration =
        list.get(samples.index).filter(|_| migrations.packed().chain().to_string() == samples.chain);
    let Some(migration) = migration else { return Err(words::of_another_history()) };
    let Some(hook) = migration.hook() else { return Err(words::no_hook(migration)) };
    let maker = Maker { migrations, samples, open, change };
    let to = to.and_then(|to| list.get(to));
    let mut seen = Seen::default();
    for rows in [Rows::None, Rows::Mild, Rows::Harsh] {
        if rows == Rows::None || samples.from > 0 {
            one(maker, rows, to, &mut seen).map_err(|error| words::told(migration, hook, &error))?;
        }
    }
    match seen.empty(samples) {
        empty if empty.is_empty() => Ok(()),
        empty => Err(words::told(migration, hook, &words::not_covered(&empty, &seen.rows))),
    }
}

/// What the sample rows have let a test see.
#[derive(Default)]
struct Seen {
    /// The tables of the release, with the number of their rows.
    rows: BTreeMap<String, i64>,
    /// Those that the hook names.
    touched: BTreeSet<String>,
    /// Why rows were refused.
    refused: BTreeMap<String, String>,
}

impl Seen {
    /// The tables of the release that the hook names and that never had a row, and why.
    fn empty(&self, samples: &Samples) -> BTreeMap<&str, Option<&str>> {
        let touched = self.touched.iter().filter(|table| self.rows.get(*table) == Some(&0));
        let reason = |table: &String| {
            let made = samples.empty.iter().find(|(empty, _)| empty.eq_ignore_ascii_case(table));
            made.map(|(_, reason)| *reason).or(self.refused.get(table).map(String::as_str))
        };
        touched.map(|table| (table.as_str(), reason(table))).collect()
    }
}

/// One database: what the hook meets in it, and then a run as any other.
fn one(maker: Maker<'_>, rows: Rows, to: Option<Migration<'_>>, seen: &mut Seen) -> Result<(), String> {
    let Maker { migrations, samples, .. } = maker;
    let ran = maker.ran(rows);
    let (inserts, left_out) = maker.fitting(rows)?;
    let met =
        |moment: Moment| Ok::<_, String>(Meeting::of(migrations, ran, moment, maker.make(rows, &inserts)?));
    let Database { mut conn, refused } = maker.make(rows, &inserts)?;
    if rows != Rows::None {
        let found = counts(&conn).map_err(|error| format!("the sample rows cannot be read: {error}"))?;
        for (table, count) in found {
            *seen.rows.entry(table).or_default() += count;
        }
    }
    seen.refused.extend(left_out);
    seen.refused.extend(refused);
    let meeting = met(Moment::Hook(samples.index))?;
    seen.touched.extend(meeting.touched.iter().cloned());
    // Which migration runs, for what is no error of onward's.
    let running = AtomicUsize::new(ran);
    let mut migrator = migrations.migrator().observer(|event| {
        if let Event::Started { number, .. } = event {
            running.store(ran + number - 1, atomic::Ordering::Relaxed);
        }
    });
    if let Some(to) = to {
        migrator = migrator.target(to.version());
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| migrator.apply(&mut conn)));
    let (failure, is_hook) = match outcome {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => {
            let is_hook = matches!(error.kind(), ErrorKind::Hook { .. } | ErrorKind::TransactionEnded { .. });
            (said(&error), is_hook)
        }
        Err(panic) => (Failure::Panic(said_by(&*panic)), true),
    };
    let index = running.load(atomic::Ordering::Relaxed);
    let meeting = match (&failure, is_hook) {
        // It is about what all have left.
        (Failure::End(_), _) => meeting,
        (_, true) if index == samples.index => meeting,
        (_, true) => met(Moment::Hook(index))?,
        (_, false) => met(Moment::Before(index))?,
    };
    let at = At { migration: migrations.list().get(index), order: index.cmp(&samples.index), is_hook };
    let release = ran.checked_sub(1).and_then(|last| migrations.list().get(last));
    Err(words::failed(&failure, at, rows, release, &meeting))
}

/// An error in the words of a test: that everything was rolled back is no news.
fn said(error: &Error) -> Failure {
    match error.kind() {
        ErrorKind::Hook { source, .. } => Failure::Error(source.to_string()),
        ErrorKind::TransactionEnded { .. } => {
            Failure::Error("it ends the transaction that it is called in".to_owned())
        }
        ErrorKind::ForeignKeys { violations, .. } => {
            Failure::End(format!("it leaves dangling foreign keys: {}", words::few(violations)))
        }
        ErrorKind::Drift { differences } => Failure::End(format!(
            "it leaves a schema that is not the proven one: {}",
            words::few(differences)
        )),
        ErrorKind::Statement { line, column, sql, source, .. } => Failure::Error(format!(
            "line {line}, column {column}: {source}\n    {}",
            sql.replace('\n', "\n    ")
        )),
        _ => Failure::Error(error.to_string()),
    }
}

/// What a panic says, if it says it in words.
fn said_by(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned())
}
