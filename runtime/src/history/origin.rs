//! What a program embeds of another tool, to take over its databases: what that tool has of each file, and how its ledger is
//! read; and what can be wrong with such a ledger.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use onward_core::printable::{Lines, printable};
use onward_core::tool::{Lag, Tool};
use onward_schema::Difference;
use rusqlite::types::Value;

/// The tool that a history comes from. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug)]
pub struct Origin {
    pub(crate) reader: &'static Reader,
    /// What the tool has of each migration, in the order of the history.
    pub(crate) files: Cow<'static, [Known]>,
}

/// Where that is. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum OriginOf {
    /// In the program.
    Program(&'static Origin),
    /// In memory.
    Memory(Arc<Origin>),
}

/// What a tool has of a migration's file. Public only for the macro's expansion.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Known {
    /// What stands in the tool's ledger for the migration.
    pub(crate) key: Cow<'static, str>,
    /// The checksums that it takes for those of the file, with a space between; empty if it keeps none.
    pub(crate) sums: Cow<'static, str>,
    pub(crate) lag: Lag,
}

/// How the ledger of a tool is read. Public only for the macro's expansion, which names the one that it needs, so that the others
/// are not in the program.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reader {
    pub(crate) tool: Tool,
    /// The columns that are read.
    pub(crate) columns: &'static [&'static str],
    /// One more, which is NULL where it is not there.
    pub(crate) optional: Option<&'static str>,
    /// A column that the ledger of another tool of the same name has.
    pub(crate) lacks: Option<&'static str>,
    /// By which column the rows are ordered.
    pub(crate) order: &'static str,
    /// What the rows say.
    pub(crate) ran: fn(&[Vec<Value>]) -> Vec<Ran>,
}

impl Reader {
    /// Whose ledger it reads.
    pub fn tool(&self) -> Tool {
        self.tool
    }
}

/// What the ledger of a tool says of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) key: String,
    /// The checksum of what has run, if the tool keeps one.
    pub(crate) sum: Option<String>,
    /// Whether it has run to its end; else nobody knows how far.
    pub(crate) is_done: bool,
    /// Whether all before it have run as well, without rows of their own.
    pub(crate) stands_for_all: bool,
}

/// Why a database is not taken over from another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherLedger {
    /// The program does not know what this tool has of its files: `migrations!("…", from = "…")` embeds it.
    NotEmbedded {
        /// The tool that it is built for, if it is for one.
        embedded: Option<Tool>,
    },
    /// The database does not have the tool's ledger.
    NotThere {
        /// What is there in its place, in words.
        found: Option<String>,
    },
    /// As [`OtherLedger::NotThere`], and other tables look like a ledger of the tool's: it may have been told to keep it there.
    Elsewhere {
        /// What is there in its place, in words.
        found: Option<String>,
        /// The tables.
        tables: Vec<String>,
    },
    /// A table was named, and the tool keeps none: it counts, in `PRAGMA user_version`.
    OnlyCounts,
    /// What the ledger says has run is not what the program has.
    Parted {
        /// Every migration that they do not agree about.
        partings: Vec<Parting>,
    },
    /// The tool has run migrations since the database was adopted from it, and they would run a second time.
    WentOn {
        /// Their files, or what the tool's ledger calls them where the program has no file.
        files: Vec<String>,
    },
    /// The schema is not the one after the newest migration of the ledger.
    Schema {
        /// The file of that migration; `None` if by the ledger none has run.
        newest: Option<String>,
        /// The files of the migrations after which it is the schema, if there are such.
        fits: Vec<String>,
        /// How it differs from what it should be.
        differences: Vec<Difference>,
    },
    /// A migration may have run, or not, or half, and the schema does not tell.
    InDoubt {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
        /// The version of the migration before it.
        before: Option<i64>,
        /// The statement that may have changed rows, or not: its line and text. `None` if the schema is one that only a
        /// part of the migration leaves.
        writing: Option<(usize, String)>,
    },
}

/// A migration about which the ledger of another tool and the program do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parting {
    /// The file is not the one that has run.
    Edited {
        /// The file.
        file: String,
        /// The checksum of what has run, as the tool writes it.
        ledger: String,
        /// That of the file.
        program: String,
    },
    /// It has run, and the program does not have it.
    Missing {
        /// What the ledger calls it.
        key: String,
    },
    /// It has not run, though a later one has.
    OutOfOrder {
        /// The file.
        file: String,
        /// The file of the newest that has run.
        newest: String,
    },
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        use std::fmt::Write;
        match self {
            Parting::Edited { file, ledger, program } => write!(
                f,
                "{} is not the file that has run\n  ran with checksum {}\n  now has checksum {program}",
                printable(file),
                printable(ledger)
            ),
            Parting::Missing { key } => {
                write!(f, "`{}` has run, and there is no file for it", printable(key))
            }
            Parting::OutOfOrder { file, newest } => {
                write!(f, "{} has not run, though {} has", printable(file), printable(newest))
            }
        }
    }
}
