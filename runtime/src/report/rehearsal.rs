//! What pending migrations would do.

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::time::Duration;

use onward_core::printable::{Lines, printable};
use onward_schema::Violation;

use super::outcome::Applied;
use crate::text::{counted, millis, size};

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
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.migrator().target(1).apply(&mut conn)?;
    /// conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
    /// let rehearsal = migrations.rehearse(&conn)?;
    /// let jobs = rehearsal.rows.iter().find(|table| table.table == "jobs").unwrap();
    /// assert_eq!((jobs.before, jobs.lost()), (1, 0));
    /// # Ok::<(), onward::Error>(())
    /// ```
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
    pub label: String,
    /// Its name.
    pub name: String,
}

/// What the pending migrations would do. Its `Display` is a table for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rehearsal {
    /// The migrations with which the database would be adopted: recorded as run, without being run; see
    /// [`Migrator::adopt`](crate::Migrator::adopt).
    pub adopted: Vec<Recorded>,
    /// The migrations that would run, with the time they took on the copy.
    pub applied: Vec<Applied>,
    /// How long the copy took.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub copying: Duration,
    /// How long the lock is held: the migrations, the checks behind them and the commit, as they took on the copy. Nobody waits
    /// for the disk there: what the database's own waits at the commit comes on top. With
    /// [`Migrator::backup`](crate::Migrator::backup), others cannot write while that copy is made either.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub duration: Duration,
    /// The size of the database now, in bytes: all its pages, with what is still in the WAL.
    pub bytes_before: u64,
    /// Its size after the commit, in bytes, and after what is in the WAL is in the file. A run that would be refused, because of
    /// [`Rehearsal::violations`], is measured at its end.
    pub bytes_after: u64,
    /// How many bytes have to be free on the disk of the database: at most so many are taken there while it is migrated, beyond
    /// what is taken now. Zero if nothing is pending.
    ///
    /// That is how much the file grows, the copy if [`Migrator::backup`](crate::Migrator::backup) asks for one, which may be on
    /// another disk, and the rollback journal or the WAL, in which each page is at most once. How many pages that are is not
    /// measured, so it is counted with all: with those of now in a journal, and those of the end in a WAL. A migration that changes
    /// few of them needs less. With a `cache_size` below SQLite's usual 2 MB, the journal may be a little longer.
    ///
    /// Not in it is what SQLite sorts in its folder for temporary files, as for an index of a large table: the copy's are there
    /// as well while this is found out.
    pub bytes_needed: u64,
    /// Every table that there is now.
    pub rows: Vec<TableRows>,
    /// New dangling foreign keys, a few for each table and the table it refers to: with any, the migrations would be
    /// refused.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::texts"))]
    pub violations: Vec<Violation>,
    /// How many of them there would be in all.
    pub violation_count: u64,
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
        if self.violation_count > 0 {
            writeln!(
                f,
                "  these foreign keys would dangle: the migrations would be refused, and everything rolled back"
            )?;
        }
        let [before, after, needed] = [self.bytes_before, self.bytes_after, self.bytes_needed].map(size);
        let becomes = match self.bytes_after.cmp(&self.bytes_before) {
            Ordering::Less => format!("shrinks from {before} to {after}"),
            Ordering::Equal => format!("stays at {after}"),
            Ordering::Greater => format!("grows from {before} to {after}"),
        };
        writeln!(f, "  lock: held for about {}, plus what the disk needs to commit", millis(self.duration))?;
        writeln!(f, "  disk: the file {becomes}; {needed} of free disk are enough")?;
        write!(
            f,
            "{} in {} on a copy that took {}: {} would be lost, {} would dangle",
            counted(self.applied.len(), "migration", "migrations"),
            millis(self.duration),
            millis(self.copying),
            counted(self.rows.iter().map(TableRows::lost).sum::<u64>() as usize, "row", "rows"),
            counted(self.violation_count as usize, "foreign key", "foreign keys")
        )
    }
}
