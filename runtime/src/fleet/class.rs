//! What becomes of a file.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// What became of a file. Each ends in exactly one.
///
/// Those from [`Class::Newer`] on are failures: the file is as it was, with the two exceptions that they name, and somebody has
/// to look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Class {
    /// Everything was applied by then.
    UpToDate,
    /// What was pending has run.
    Migrated,
    /// Something is pending, and was not asked to run: [`Fleet::status`](super::Fleet::status).
    Pending,
    /// Others held the lock at first, and to the end of the wait for it. The next sweep takes it, or the program that has it.
    Busy,
    /// It has run migrations that are newer than the program.
    Newer,
    /// What has run is not what the program has, or its ledger was changed by hand.
    Diverged,
    /// After the migrations the schema would not be the proven one: it was changed by hand. Rolled back.
    Drifted,
    /// It has tables, and no ledger that says how it came to them, or none that it can be adopted by.
    NoLedger,
    /// It is damaged, encrypted or no database.
    Corrupt,
    /// It is not there, or cannot be opened, read or written.
    Unreadable,
    /// A migration failed on its rows, or something else went wrong; rolled back.
    Failed,
    /// The disk failed during the commit, and only the next start can tell whether before or after the moment at which
    /// everything is applied.
    InDoubt,
}

impl Class {
    /// All of them, those that need nobody first.
    pub const ALL: [Class; 12] = [
        Class::UpToDate,
        Class::Migrated,
        Class::Pending,
        Class::Busy,
        Class::Newer,
        Class::Diverged,
        Class::Drifted,
        Class::NoLedger,
        Class::Corrupt,
        Class::Unreadable,
        Class::Failed,
        Class::InDoubt,
    ];

    /// Its name as JSON has it.
    ///
    /// ```
    /// assert_eq!(onward::fleet::Class::NoLedger.as_str(), "no_ledger");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Class::UpToDate => "up_to_date",
            Class::Migrated => "migrated",
            Class::Pending => "pending",
            Class::Busy => "busy",
            Class::Newer => "newer",
            Class::Diverged => "diverged",
            Class::Drifted => "drifted",
            Class::NoLedger => "no_ledger",
            Class::Corrupt => "corrupt",
            Class::Unreadable => "unreadable",
            Class::Failed => "failed",
            Class::InDoubt => "in_doubt",
        }
    }

    /// Whether it counts towards [`Fleet::max_failures`](super::Fleet::max_failures).
    ///
    /// ```
    /// use onward::fleet::Class;
    ///
    /// assert!(Class::Corrupt.is_failure() && !Class::Busy.is_failure());
    /// ```
    pub fn is_failure(self) -> bool {
        self >= Class::Newer
    }

    /// Whether nothing is left to do.
    ///
    /// ```
    /// use onward::fleet::Class;
    ///
    /// assert!(Class::Migrated.is_done() && !Class::Busy.is_done());
    /// ```
    pub fn is_done(self) -> bool {
        self <= Class::Migrated
    }

    /// Whether it tells something of the migrations, which ran or were tried, and not of the file alone.
    pub(super) fn tells(self) -> bool {
        matches!(self, Class::Migrated | Class::Drifted | Class::Failed | Class::InDoubt)
    }

    pub(super) fn of(error: &Error) -> Class {
        match error.kind() {
            ErrorKind::Locked { .. } => Class::Busy,
            ErrorKind::Newer { .. } => Class::Newer,
            ErrorKind::Diverged { .. } | ErrorKind::Tampered { .. } => Class::Diverged,
            ErrorKind::Drift { .. } => Class::Drifted,
            ErrorKind::NoLedger { .. }
            | ErrorKind::NotALedger { .. }
            | ErrorKind::LedgerRenamed { .. }
            | ErrorKind::NotAdopted { .. }
            | ErrorKind::Undecided { .. }
            | ErrorKind::Unrepeatable { .. }
            | ErrorKind::OtherLedger { .. } => Class::NoLedger,
            ErrorKind::Corrupt { .. } | ErrorKind::NotADatabase { .. } => Class::Corrupt,
            ErrorKind::Open { .. }
            | ErrorKind::EmptyPath { .. }
            | ErrorKind::NoSuchFile { .. }
            | ErrorKind::ParentMissing { .. }
            | ErrorKind::ParentNotWritable { .. }
            | ErrorKind::Unreadable { .. }
            | ErrorKind::TooManyFiles { .. }
            | ErrorKind::FileReadOnly { .. }
            | ErrorKind::ReadOnlyConnection => Class::Unreadable,
            ErrorKind::InDoubt { .. } => Class::InDoubt,
            _ => Class::Failed,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Class::UpToDate => "up to date",
            Class::NoLedger => "no ledger",
            Class::InDoubt => "in doubt",
            other => other.as_str(),
        })
    }
}
