//! Runs what is pending on a copy, to see what it would do.

use std::fmt;
use std::time::Duration;

use onward_schema::{LEDGER, Violation};
use rusqlite::Connection;

use crate::backup;
use crate::error::{Error, Result};
use crate::exclusive::{Exclusive, Lock};
use crate::message::counted;
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

/// What the pending migrations would do. Its `Display` is a table for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rehearsal {
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
    /// Rows whose foreign keys would lead nowhere, and do not now: with any, the migrations would be refused.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::texts"))]
    pub violations: Vec<Violation>,
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
        applied: Vec::new(),
        copying: wait.duration(),
        duration: Duration::ZERO,
        rows: Vec::new(),
        violations: Vec::new(),
    };
    let settings = Settings::prepare(&copy).map_err(Error::sqlite("prepare the copy"))?;
    let Some(exclusive) = Exclusive::begin(&copy, Lock::Exclusive)? else { return Err(wait.locked()) };
    let pending = run::pending(migrator, goal, &copy)?;
    let counting = Error::sqlite("count rows");
    let before = rows(&copy).map_err(&counting)?;
    let start = wait.duration();
    let ran = pending.run(migrator, goal, exclusive.transaction(), &settings, &Watch::default())?;
    rehearsal.duration = wait.duration() - start;
    let after = rows(&copy).map_err(&counting)?;
    rehearsal.applied = ran.list.into_iter().map(Applied::new).collect();
    rehearsal.violations = ran.violations;
    rehearsal.rows = before
        .into_iter()
        .map(|(table, before)| {
            let after =
                after.iter().find(|(name, _)| name.eq_ignore_ascii_case(&table)).map(|(_, rows)| *rows);
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
        let sql = format!("SELECT count(*) FROM main.\"{}\"", name.replace('"', "\"\""));
        let rows: Option<i64> = conn.query_row(&sql, [], |row| row.get(0)).ok();
        rows.and_then(|rows| u64::try_from(rows).ok()).map(|rows| (name, rows))
    };
    Ok(names.into_iter().filter_map(count).collect())
}

impl fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.applied.is_empty() {
            return f.write_str("nothing is pending");
        }
        for Applied { label, name, duration, .. } in &self.applied {
            writeln!(f, "  {label}  {name}  {}", millis(*duration))?;
        }
        for rows in self.rows.iter().filter(|rows| rows.lost() > 0) {
            match rows.after {
                Some(after) => writeln!(f, "  table `{}`: {} rows, then {after}", rows.table, rows.before)?,
                None => writeln!(f, "  table `{}`: {} rows, then no such table", rows.table, rows.before)?,
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
            counted(self.violations.len(), "foreign key would", "foreign keys would")
        )
    }
}
