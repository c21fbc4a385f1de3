//! Why the embedded history does not go together with the ledger of another tool.

use std::fmt;

use onward_core::printable::{Lines, printable};
use onward_core::tool::Tool;
use onward_schema::Difference;

/// Why a database is not adopted from another tool.
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
        /// The table in which onward has not recorded them.
        ledger: String,
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
    /// A migration, or what takes it back, may have run, or not, or half, and the schema does not tell.
    InDoubt {
        /// The version of the last migration that has run if it has.
        version: i64,
        /// Its file.
        file: String,
        /// The version of the last migration that has run if it has not; `None` if none has.
        before: Option<i64>,
        /// The statement that may have changed rows, or not: its line and text. `None` if the schema is one that only a
        /// part of the migration leaves.
        writing: Option<(usize, String)>,
    },
    /// A migration may have run, or not, and so may what takes the next one back, and the schema does not tell.
    BothInDoubt {
        /// The version of the migration.
        version: i64,
        /// Its file.
        file: String,
        /// The version before it; `None` if it is the first.
        before: Option<i64>,
        /// The version of the next one.
        later: i64,
        /// The file that takes the next one back.
        back: String,
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
    /// The ledger has one name for several of them, and no checksum that tells which has run.
    Unclear {
        /// What the ledger calls them.
        key: String,
        /// Their files.
        files: Vec<String>,
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
                Short(ledger)
            ),
            Parting::Missing { key } => {
                write!(f, "`{}` has run, and there is no file for it", Short(key))
            }
            Parting::OutOfOrder { file, newest } => {
                write!(f, "{} has not run, though {} has", printable(file), printable(newest))
            }
            Parting::Unclear { key, files } => {
                let files: Vec<_> = files.iter().map(|file| printable(file)).collect();
                write!(f, "`{}` has run, which may be {}", Short(key), files.join(" or "))
            }
        }
    }
}

/// What a ledger has, which may be of any length: the beginning of it.
pub(crate) struct Short<'t>(pub(crate) &'t str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Longer than every checksum, which has at most 128 digits.
        const MOST: usize = 200;
        match self.0.char_indices().nth(MOST) {
            Some((end, _)) => write!(f, "{}…", printable(&self.0[..end])),
            None => f.write_str(&printable(self.0)),
        }
    }
}
