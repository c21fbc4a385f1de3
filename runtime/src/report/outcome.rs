//! What a run did.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use onward_core::printable::{Lines, printable};

use crate::text::{counted, millis};

/// A migration that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Applied {
    /// Its version.
    pub version: i64,
    /// The version as its file name writes it.
    pub label: String,
    /// Its name.
    pub name: String,
    /// How long its statements took.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub duration: Duration,
}

/// What [`Migrations::apply`](crate::Migrations::apply) did. Its `Display` is a table for people.
///
/// With the feature `serde` it can be serialized; its durations are then numbers of seconds.
///
/// ```
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// let report = migrations.apply(&mut conn)?;
/// println!("{report}");
/// assert_eq!(report.applied[0].label, "0001");
/// assert_eq!(report.newest, Some(("0010".to_owned(), "retries".to_owned())));
/// # Ok::<(), onward::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// The migrations that ran, in order; empty if the database was up to date.
    pub applied: Vec<Applied>,
    /// The migrations that were taken back, the newest first; see [`Migrator::revert`](crate::Migrator::revert).
    pub reverted: Vec<Applied>,
    /// How many migrations of the program the database has run now, these included.
    pub total: usize,
    /// How many it has run besides that the program does not have; see
    /// [`Migrator::accept_newer`](crate::Migrator::accept_newer).
    pub newer: usize,
    /// How many of them it had when this run adopted it; see [`Migrator::adopt`](crate::Migrator::adopt).
    pub adopted: usize,
    /// The newest of them, as its file name writes it and with its name; `None` if there are no migrations at all.
    pub newest: Option<(String, String)>,
    /// How long the call waited, from the first try for the lock that was refused.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub waited: Duration,
    /// How many attempts there were, the one that succeeded included.
    pub attempts: u32,
    /// How often the lock was tried again.
    pub retries: u32,
    /// How long the call took, waiting included.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::seconds"))]
    pub duration: Duration,
    /// How the database is written, in SQLite's words: `delete`, `wal`, `memory`, ….
    pub journal_mode: String,
    /// The version of SQLite that the program runs.
    pub sqlite_version: &'static str,
    /// Where the copy is that was made before the first change, if one was asked for and something changed.
    pub backup: Option<PathBuf>,
    /// The database that was moved aside, if this one had to be made anew.
    pub recreated: Option<Recreated>,
}

/// A database that could not be migrated and was moved aside, so that a new one could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Recreated {
    /// Where it is now, its `-wal`, `-shm` and `-journal` beside it.
    pub moved_to: PathBuf,
    /// Why it could not be migrated: the error that it would have been.
    pub reason: String,
}

impl Report {
    /// Whether there was nothing to run.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// assert!(!migrations.apply(&mut conn)?.is_up_to_date());
    /// assert!(migrations.apply(&mut conn)?.is_up_to_date());
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn is_up_to_date(&self) -> bool {
        self.applied.is_empty() && self.reverted.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        if self.adopted > 0 {
            writeln!(f, "adopted with {}", migrations(self.adopted))?;
        }
        match (self.is_up_to_date(), &self.newest) {
            (false, _) => self.rows(f)?,
            (true, Some((label, name))) => {
                write!(f, "up to date at {label} {name} ({})", migrations(self.total))?;
            }
            (true, None) => f.write_str("up to date: there are no migrations")?,
        }
        if self.newer > 0 {
            write!(
                f,
                "; the database has run {} more, and this release works on it",
                migrations(self.newer)
            )?;
        }
        if let Some(backup) = &self.backup {
            write!(f, "\nas it was before: {}", printable(&backup.to_string_lossy()))?;
        }
        match &self.recreated {
            Some(Recreated { moved_to, reason }) => {
                let moved_to = printable(&moved_to.to_string_lossy()).into_owned();
                write!(f, "\na new database was made; the old one is now {moved_to}, because {reason}")
            }
            None => Ok(()),
        }
    }
}

impl Report {
    /// What ran, a line each, and how long all of it took.
    fn rows(&self, f: &mut impl Write) -> fmt::Result {
        let (rows, verb) = match self.reverted.is_empty() {
            true => (&self.applied, "applied"),
            false => (&self.reverted, "took back"),
        };
        let width = |of: fn(&Applied) -> &str| rows.iter().map(|row| of(row).chars().count()).max();
        let (labels, names) = (width(|row| &row.label).unwrap_or(0), width(|row| &row.name).unwrap_or(0));
        for row in rows {
            writeln!(f, "  {:>labels$}  {:<names$}  {:>10}", row.label, row.name, millis(row.duration))?;
        }
        write!(
            f,
            "{verb} {} in {}, of which {} waiting for the lock",
            migrations(rows.len()),
            millis(self.duration),
            millis(self.waited)
        )
    }
}

fn migrations(number: usize) -> String {
    counted(number, "migration", "migrations")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_for_people() {
        let row = |label: &str, name: &str, micros| Applied {
            version: 1,
            label: label.to_owned(),
            name: name.to_owned(),
            duration: Duration::from_micros(micros),
        };
        let mut report = Report {
            applied: vec![row("0001", "jobs", 1234), row("0002", "archive", 90)],
            reverted: Vec::new(),
            total: 2,
            newer: 0,
            adopted: 0,
            newest: Some(("0002".to_owned(), "archive".to_owned())),
            waited: Duration::ZERO,
            attempts: 1,
            retries: 0,
            duration: Duration::from_millis(12),
            journal_mode: "wal".to_owned(),
            sqlite_version: "3",
            backup: None,
            recreated: None,
        };
        assert_eq!(
            report.to_string(),
            "  0001  jobs        1.23 ms\n  0002  archive     0.09 ms\napplied 2 migrations in 12.00 ms, of which \
             0.00 ms waiting for the lock"
        );
        report.applied.clear();
        assert_eq!(report.to_string(), "up to date at 0002 archive (2 migrations)");
        // What was only adopted was copied before all the same.
        (report.adopted, report.backup) = (2, Some("app.db.backup".into()));
        assert_eq!(
            report.to_string(),
            "adopted with 2 migrations\nup to date at 0002 archive (2 migrations)\nas it was before: app.db.backup"
        );
    }
}
