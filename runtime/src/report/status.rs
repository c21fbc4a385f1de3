//! What has run on a database, and what is pending.

use std::fmt::{self, Write};

use onward_core::printable::{Lines, printable};

use crate::history::Conflict;

/// Whether a migration has run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum State {
    /// It has run, at this time in UTC.
    Applied(String),
    /// It had run before the database was adopted, at this time in UTC: see [`Migrator::adopt`](crate::Migrator::adopt).
    Adopted(String),
    /// It will run.
    Pending,
    /// Ledger and program do not agree about it.
    Conflict(Conflict),
}

/// One migration, of the program or of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Entry {
    /// Its version.
    pub version: i64,
    /// The version as its file name writes it; one that the program does not have is written as the others are.
    pub label: String,
    /// Its name.
    pub name: String,
    /// Whether it has run.
    pub state: State,
}

/// What has run on a database, and what is pending. Its `Display` is a table for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Status {
    /// All migrations of program and ledger, in order of version.
    pub entries: Vec<Entry>,
    /// What the database holds if it has no ledger; such a database is refused unless this is empty.
    pub strangers: Vec<String>,
}

impl Status {
    /// How many migrations are pending.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// assert_eq!(migrations.status(&conn)?.pending(), 10);
    /// migrations.apply(&mut conn)?;
    /// assert_eq!(migrations.status(&conn)?.pending(), 0);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn pending(&self) -> usize {
        self.entries.iter().filter(|entry| entry.state == State::Pending).count()
    }

    /// What ledger and program do not agree about; with any of these, nothing is applied.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.apply(&mut conn)?;
    /// assert_eq!(migrations.status(&conn)?.conflicts().count(), 0);
    /// // Somebody has edited the ledger.
    /// conn.execute("UPDATE onward_migrations SET checksum = '' WHERE version = 3", [])?;
    /// let status = migrations.status(&conn)?;
    /// assert!(matches!(status.conflicts().next(), Some(onward::Conflict::Tampered { version: 3, .. })));
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.entries.iter().filter_map(|entry| match &entry.state {
            State::Conflict(conflict) => Some(conflict),
            _ => None,
        })
    }

    /// Whether there is nothing to do and nothing wrong.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// assert!(!migrations.status(&conn)?.is_up_to_date());
    /// migrations.apply(&mut conn)?;
    /// assert!(migrations.status(&conn)?.is_up_to_date());
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn is_up_to_date(&self) -> bool {
        self.pending() == 0 && self.conflicts().next().is_none() && self.strangers.is_empty()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        let width = |of: fn(&Entry) -> usize| self.entries.iter().map(of).max().unwrap_or(0);
        let (labels, names) = (
            width(|entry| entry.label.chars().count()),
            width(|entry| printable(&entry.name).chars().count()),
        );
        for Entry { label, name, state, .. } in &self.entries {
            let name = printable(name);
            let state = match state {
                State::Applied(at) => format!("applied {}", printable(at)),
                State::Adopted(at) => format!("adopted {}", printable(at)),
                State::Pending => "pending".to_owned(),
                State::Conflict(Conflict::Edited { .. }) => "edited after it ran".to_owned(),
                State::Conflict(Conflict::Missing { .. }) => "ran, but is not in the program".to_owned(),
                State::Conflict(Conflict::Newer { .. }) => "ran, and is newer than the program".to_owned(),
                State::Conflict(Conflict::OutOfOrder { .. }) => {
                    "did not run, though a later one has".to_owned()
                }
                State::Conflict(Conflict::Tampered { .. }) => "changed by hand in the ledger".to_owned(),
            };
            writeln!(f, "  {label:>labels$}  {name:<names$}  {state}")?;
        }
        if !self.strangers.is_empty() {
            let strangers: Vec<_> = self.strangers.iter().map(|name| printable(name)).collect();
            let there = match strangers.len() {
                1 => "1 table is".to_owned(),
                number => format!("{number} tables are"),
            };
            write!(f, "no ledger, but {there} already there: {}", strangers.join(", "))
        } else if let Some(conflict) = self.conflicts().min_by_key(|conflict| !conflict.is_tampered()) {
            write!(f, "refused: {conflict}")
        } else if self.pending() > 0 {
            write!(f, "{} of {} pending", self.pending(), self.entries.len())
        } else {
            write!(f, "up to date")
        }
    }
}
