//! The analysis behind onward: a folder of SQL files, replayed on a real SQLite and checked.
//!
//! [`analyze`] is the one call that the macro and the command line share. The way of the data:
//!
//! 1. [`folder::read`] reads the folder and orders the files by the version in their names ([`folder::layout`]);
//! 2. [`folder::statement`] cuts each file into statements with their byte ranges, [`folder::directive`] reads `--
//!    onward:` comments;
//! 3. [`replay`] runs the statements on a sandboxed in-memory SQLite and collects what SQLite refused;
//! 4. [`checks`], one file per code, turn all of that into [`Diagnostic`]s;
//! 5. [`diagnostic::render`] draws them.
//!
//! What the replay leaves is a database: [`query`] holds the application's own statements against it, [`query::relation`] its
//! structs.
//!
//! Bad SQL is data here, never a failure: nothing in this crate returns an error for what a user's file says.
//!
//! ```
//! let dir = tempfile::tempdir()?;
//! std::fs::write(dir.path().join("0001_jobs.sql"), "CREATE INDEX by_state ON jobs(state);")?;
//! let analysis = onward_analysis::analyze(dir.path(), onward_analysis::Proof::Whole);
//! assert_eq!(analysis.diagnostics[0].rule.code, "unknown_table");
//! # Ok::<(), std::io::Error>(())
//! ```
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod analysis;
mod analyze;
pub mod application;
pub mod checks;
pub mod config;
pub mod diagnostic;
pub mod file;
pub mod folder;
mod level;
mod memo;
pub mod moving;
mod packed;
mod page;
mod plans;
pub mod proof;
pub mod query;
mod record;
pub mod released;
pub mod replay;
pub mod snapshot;
pub mod sqlite;
pub mod startup;

pub use analysis::{Analysis, Proof};
pub use analyze::{analyze, analyzed, read};
pub use checks::RULES;
pub use diagnostic::renamed::RENAMED;
pub use diagnostic::rule::Rule;
pub use diagnostic::{Diagnostic, Severity};
pub use folder::history::{History, Migration};
pub use onward_schema::Classes;
pub use page::{link, page, section};
