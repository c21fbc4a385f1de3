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
    /// The newest of them, as its file name writes it and with its name; `None` if there are no migrations at all.
    pub newest: Option<(String, String)>,
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
        match (self.applied.len(), &self.newest) {
            (0, None) => f.write_str("up to date: there are no migrations"),
            (0, Some((label, name))) => {
                write!(f, "up to date at {label} {name} ({})", migrations(self.total))
            }
            (number, _) => {
                write!(f, "applied {} in {:.2} s", migrations(number), self.duration.as_secs_f64())
            }
        }
    }
}

fn migrations(number: usize) -> String {
    match number {
        1 => "1 migration".to_owned(),
        number => format!("{number} migrations"),
    }
}
