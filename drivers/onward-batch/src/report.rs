//! What a run did.

use std::fmt;
use std::time::Duration;

/// A migration that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Its version.
    pub version: i64,
    /// The version as its file name writes it.
    pub label: String,
    /// Its name.
    pub name: String,
}

/// What a run did. Its `Display` is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that this run has applied, in order; empty if the database was up to date, or if another one was faster.
    pub applied: Vec<Applied>,
    /// How many migrations of the program the database has run now, these included.
    pub total: usize,
    /// How often another one was faster, so that this read again.
    pub lost: u32,
    /// How often no answer came back to what had been sent, so that this sent it again.
    pub in_doubt: u32,
    /// How long it took.
    pub duration: Duration,
}

impl Report {
    /// Whether there was nothing to run.
    pub fn is_up_to_date(&self) -> bool {
        self.applied.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Applied { label, name, .. } in &self.applied {
            writeln!(f, "  {label}  {name}")?;
        }
        match self.applied.len() {
            0 => write!(f, "up to date ({} migrations)", self.total),
            1 => write!(f, "applied 1 migration in {:.2} s", self.duration.as_secs_f64()),
            number => write!(f, "applied {number} migrations in {:.2} s", self.duration.as_secs_f64()),
        }
    }
}
