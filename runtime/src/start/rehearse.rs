//! Runs what is pending on a copy, to see what it would do.

use std::time::Duration;

use onward_core::ledger::Ledger;
use onward_core::name::{Ident, quoted};
use rusqlite::Connection;

use super::backup;
use super::done::applied;
use super::space::Space;
use super::wait::Wait;
use crate::error::{Error, ErrorKind, Result};
use crate::history::Migration;
use crate::report::{Recorded, Rehearsal, TableRows, Watch};
use crate::run::{self, Context, Exclusive, Lock, fit};
use crate::settings::{Impatience, Settings};

pub(crate) fn rehearse(context: Context<'_>, conn: &Connection) -> Result<Rehearsal> {
    if !conn.is_autocommit() {
        return Err(ErrorKind::InTransaction.into());
    }
    fit(context.migrations, rusqlite::version_number())?;
    let (goal, copying) = (context.goal()?, Error::sqlite("copy the database"));
    let mut wait = Wait::new(context.options);
    let _impatience = Impatience::begin(conn).map_err(Error::sqlite("prepare the connection"))?;
    // Without a name it is a file of SQLite's own, kept in memory while it is small and gone with the connection
    // (https://www.sqlite.org/inmemorydb.html#temporary_databases).
    let mut copy = Connection::open("").map_err(&copying)?;
    backup::copy(conn, &mut copy, &mut || wait.pause())?;
    let mut rehearsal = Rehearsal {
        adopted: Vec::new(),
        applied: Vec::new(),
        copying: wait.duration(),
        duration: Duration::ZERO,
        bytes_before: 0,
        bytes_after: 0,
        bytes_needed: 0,
        rows: Vec::new(),
        violations: Vec::new(),
        violation_count: 0,
    };
    let settings = Settings::prepare(&copy).map_err(Error::sqlite("prepare the copy"))?;
    let Some(exclusive) = Exclusive::begin(&copy, Lock::Exclusive)? else { return Err(wait.locked()) };
    let pending = run::pending(context, goal, &copy)?;
    pending.hooks_are_here(goal)?;
    // The copy has none of what the connection has for itself, and the run would meet it.
    pending.unshadowed(context.migrations, conn)?;
    let counting = Error::sqlite("count rows");
    let before = rows(&copy, context.migrations.ledger()).map_err(&counting)?;
    let measuring = Error::sqlite("measure the copy");
    let space = Space::of(&copy).map_err(&measuring)?;
    let start = wait.duration();
    let ran = match pending.run(context, goal, exclusive.transaction(), &settings, &Watch::default()) {
        Ok(ran) => ran,
        Err(error) => return Err(run::rolled_back(exclusive, error, &copy)),
    };
    rehearsal.duration = wait.duration() - start;
    let after = rows(&copy, context.migrations.ledger()).map_err(&counting)?;
    let recorded = |migration: Migration<'_>| Recorded {
        version: migration.version(),
        label: migration.label().to_owned(),
        name: migration.name().to_owned(),
    };
    rehearsal.adopted = context.migrations.list().part(0..ran.adopted).iter().map(recorded).collect();
    let changes = !ran.list.is_empty() || ran.adopted > 0;
    if changes {
        let peak = Space::of(&copy).map_err(&measuring)?;
        rehearsal.bytes_needed = space.needed(peak, conn).map_err(&measuring)?;
        if context.options.backup.is_some() && !pending.is_empty {
            rehearsal.bytes_needed = rehearsal.bytes_needed.saturating_add(space.bytes());
        }
    }
    // As far as the run itself would come.
    if ran.violations.total() == 0 {
        let start = wait.duration();
        exclusive.commit()?;
        rehearsal.duration += wait.duration() - start;
    }
    // With `auto_vacuum`, the commit makes it smaller.
    let end = if changes { Space::of(&copy).map_err(&measuring)? } else { space };
    (rehearsal.bytes_before, rehearsal.bytes_after) = (space.bytes(), end.bytes());
    rehearsal.applied = ran.list.into_iter().map(applied).collect();
    rehearsal.violations = ran.violations.shown();
    rehearsal.violation_count = ran.violations.total();
    rehearsal.rows = before
        .into_iter()
        .map(|(table, before)| {
            let after = after.iter().find(|(name, _)| Ident(name) == table).map(|(_, rows)| *rows);
            TableRows { table, before, after }
        })
        .collect();
    Ok(rehearsal)
}

/// Every table and how many rows it has; those whose module is not there are passed over.
fn rows(conn: &Connection, ledger: Ledger<'_>) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql =
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
               AND name <> ?1 ORDER BY name";
    let mut query = conn.prepare(sql)?;
    let names =
        query.query_map([ledger.table()], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let count = |name: String| {
        let sql = format!("SELECT count(*) FROM main.{}", quoted(&name));
        let rows: Option<i64> = conn.query_row(&sql, [], |row| row.get(0)).ok();
        rows.and_then(|rows| u64::try_from(rows).ok()).map(|rows| (name, rows))
    };
    Ok(names.into_iter().filter_map(count).collect())
}
