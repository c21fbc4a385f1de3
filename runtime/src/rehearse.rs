//! Runs what is pending on a copy, to see what it would do.

use std::fmt::{self, Write};
use std::time::Duration;

use onward_core::ledger::LEDGER;
use onward_core::name::{Ident, quoted};
use onward_core::printable::{Lines, printable};
use onward_schema::Violation;
use rusqlite::Connection;

use crate::apply;
use crate::backup;
use crate::error::{Error, Result};
use crate::exclusive::{Exclusive, Lock};
use crate::message::counted;
use crate::migrations::Migration;
use crate::migrator::Migrator;
use crate::observer::Watch;
use crate::report::{Applied, millis};
use crate::run::{self, Goal};
use crate::settings::{Impatience, Settings};
use crate::wait::Wait;

/// How many rows a table has before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TableRows {
    /// The table's name.
    pub table: String,
    /// How many it has now.
    pub before: u64,
    /// How many it would have; `None` if there would be no table of that name.
    pub after: Option<u64>,
}

impl TableRows {
    /// How many rows would be gone, or have moved to a table of another name.
    pub fn lost(&self) -> u64 {
        self.before.saturating_sub(self.after.unwrap_or(0))
    }
}

/// A migration that would be recorded as run, and not be run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Recorded {
    /// Its version.
    pub version: i64,
    /// The version as its file name writes it.
    pub label: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// What the pending migrations would do. Its `Display` is a table for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rehearsal {
    /// The migrations with which the database would be taken over: recorded as run, without being run; see
    /// [`Migrator::adopt`].
    pub adopted: Vec<Recorded>,
    /// The migrations that would run, with the time they took on the copy.
    pub applied: Vec<Applied>,
    /// How long the copy took.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub copying: Duration,
    /// How long the migrations took, and the checks behind them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub duration: Duration,
    /// Every table that there is now.
    pub rows: Vec<TableRows>,
    /// Rows whose foreign keys would lead nowhere, and do not now, a few for each table and the table it refers to: with
    /// any, the migrations would be refused.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::texts"))]
    pub violations: Vec<Violation>,
    /// How many of them there would be in all.
    pub violation_count: u64,
}

pub(crate) fn rehearse(migrator: &Migrator<'_>, conn: &Connection) -> Result<Rehearsal> {
    if !conn.is_autocommit() {
        return Err(Error::InTransaction { path: None });
    }
    migrator.migrations.fit(rusqlite::version_number())?;
    let (goal, copying) = (Goal::Up(migrator.goal()?), Error::sqlite("copy the database"));
    let mut wait = Wait::new(migrator);
    let _impatience = Impatience::begin(conn).map_err(Error::sqlite("prepare the connection"))?;
    // Without a name it is a file of SQLite's own, kept in memory while it is small and gone with the connection
    // (https://www.sqlite.org/inmemorydb.html#temporary_databases).
    let mut copy = Connection::open("").map_err(&copying)?;
    backup::copy(conn, &mut copy, &mut wait)?;
    let mut rehearsal = Rehearsal {
        adopted: Vec::new(),
        applied: Vec::new(),
        copying: wait.duration(),
        duration: Duration::ZERO,
        rows: Vec::new(),
        violations: Vec::new(),
        violation_count: 0,
    };
    let settings = Settings::prepare(&copy).map_err(Error::sqlite("prepare the copy"))?;
    let Some(exclusive) = Exclusive::begin(&copy, Lock::Exclusive)? else { return Err(wait.locked()) };
    let pending = run::pending(migrator, goal, &copy)?;
    // The copy has none of what the connection has for itself, and the run would meet it.
    pending.unshadowed(migrator.migrations, conn)?;
    let counting = Error::sqlite("count rows");
    let before = rows(&copy).map_err(&counting)?;
    let start = wait.duration();
    let ran = match pending.run(migrator, goal, exclusive.transaction(), &settings, &Watch::default()) {
        Ok(ran) => ran,
        Err(error) => return Err(apply::rolled_back(exclusive, error, &copy)),
    };
    rehearsal.duration = wait.duration() - start;
    let after = rows(&copy).map_err(&counting)?;
    let recorded = |migration: &Migration| Recorded {
        version: migration.version(),
        label: migration.label(),
        name: migration.name(),
    };
    rehearsal.adopted = migrator.migrations.list[..ran.adopted].iter().map(recorded).collect();
    // As far as the run itself would come.
    if ran.violations.total() == 0 {
        exclusive.commit()?;
    }
    rehearsal.applied = ran.list.into_iter().map(Applied::new).collect();
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
fn rows(conn: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql =
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
               AND name <> ?1 ORDER BY name";
    let mut query = conn.prepare(sql)?;
    let names = query.query_map([LEDGER], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let count = |name: String| {
        let sql = format!("SELECT count(*) FROM main.{}", quoted(&name));
        let rows: Option<i64> = conn.query_row(&sql, [], |row| row.get(0)).ok();
        rows.and_then(|rows| u64::try_from(rows).ok()).map(|rows| (name, rows))
    };
    Ok(names.into_iter().filter_map(count).collect())
}

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        for Recorded { label, name, .. } in &self.adopted {
            writeln!(f, "  {label}  {name}  recorded as run, not run")?;
        }
        if self.applied.is_empty() {
            return f.write_str("nothing is pending");
        }
        for Applied { label, name, duration, .. } in &self.applied {
            writeln!(f, "  {label}  {name}  {}", millis(*duration))?;
        }
        for rows in self.rows.iter().filter(|rows| rows.lost() > 0) {
            let table = printable(&rows.table);
            match rows.after {
                Some(after) => writeln!(f, "  table `{table}`: {} rows, then {after}", rows.before)?,
                None => writeln!(f, "  table `{table}`: {} rows, then no such table", rows.before)?,
            }
        }
        for violation in self.violations.iter().take(10) {
            writeln!(f, "  {violation}")?;
        }
        write!(
            f,
            "{} in {} on a copy that took {}: {} would be lost, {} lead nowhere",
            counted(self.applied.len(), "migration", "migrations"),
            millis(self.duration),
            millis(self.copying),
            counted(self.rows.iter().map(TableRows::lost).sum::<u64>() as usize, "row", "rows"),
            counted(self.violation_count as usize, "foreign key would", "foreign keys would")
        )
    }
}
