//! What can be written behind `cargo onward fleet`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, value_parser};
use onward::fleet::Amount;

use crate::folder::Folder;
use crate::until::Until;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show how many files stand where, and which cannot be migrated; only reads
    ///
    /// Exits with 0 if each could be brought up to date as far as a look tells: that something is pending is no fault. With 1 if
    /// one could not, with 2 if nothing was found out.
    Status {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
    },
    /// Show where the files stand, try what is pending on copies of some, and say how long all would take; only reads
    ///
    /// Exits with 0 if a sweep may begin, with 1 if a rehearsal failed or a file cannot be migrated, with 2 if nothing was found out.
    Plan {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        until: Until,
        /// How many files are rehearsed: the largest, and others by chance
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = positive)]
        rehearse: usize,
    },
    /// Bring the files up to date, many at a time, and say what became of each; make none
    ///
    /// What is wrong with a file stops no other: it is left as it was and told. A file that others have locked is put off until all
    /// others have ended. Ctrl-C ends this between two files, a second one at once: each file is old or new, and to run it
    /// again does the rest. Nothing is begun if a file would come to a migration with a hook: the function is the program's.
    ///
    /// Exits with 0 if all are up to date, with 1 if some are not, with 2 if it could not begin.
    Apply {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        until: Until,
        #[command(flatten)]
        care: Care,
    },
}

/// Which files, and which history.
#[derive(Args)]
pub(crate) struct Which {
    /// The database files: paths, or patterns in quotes such as 'tenants/**/*.db', with *, ?, {a,b}, and ** for any folders
    ///
    /// A pattern passes over hidden files unless it says `.`, and what SQLite and onward keep beside databases. One that matches
    /// nothing is an error.
    #[arg(value_name = "PATTERN", required_unless_present = "paths_from")]
    pub(super) patterns: Vec<OsString>,
    /// Also take the paths from this file, one a line; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub(super) paths_from: Option<PathBuf>,
    /// These paths end in a zero byte instead, as `find -print0` writes them
    #[arg(long, short = '0', requires = "paths_from")]
    pub(super) null: bool,
    /// The migrations folder, or the folder of the package that has it [default: what Cargo.toml names, or migrations,
    /// here or at the nearest Cargo.toml above]
    #[arg(long, value_name = "DIR")]
    migrations: Option<PathBuf>,
    /// The package of this workspace whose folder is meant
    #[arg(long, short, value_name = "NAME", conflicts_with = "migrations")]
    package: Option<String>,
}

impl Which {
    /// # Errors
    /// As [`Folder::find`].
    pub(super) fn folder(&self) -> anyhow::Result<PathBuf> {
        Folder::of(self.migrations.clone(), self.package.clone()).find()
    }
}

#[derive(Args)]
pub(crate) struct How {
    /// How many files are worked on at a time, 256 at most; auto is eight for each processor
    #[arg(long, value_name = "auto|N", default_value = "auto", value_parser = jobs)]
    pub(super) jobs: Jobs,
    /// How to print what becomes of the files
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

/// How many at a time; `None` is for the runtime to find out.
#[derive(Clone, Copy)]
pub(super) struct Jobs(pub(super) Option<usize>);

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people: failures as they happen, and a table at the end
    Human,
    /// One JSON object a line as it happens, each with an `event`
    Json,
}

/// What keeps a mistake small.
#[derive(Args)]
pub(crate) struct Care {
    /// Rehearse what is pending on copies of so many files first; if that fails, write nothing
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(super) rehearse: Option<usize>,
    /// Run the migrations in so many files first; if they fail there, end
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(super) canary: Option<usize>,
    /// Then run them in waves of so many files, or of a share of all: a wave begins when the one before has ended
    #[arg(long, value_name = "N|P%", value_parser = amount)]
    pub(super) then: Option<Amount>,
    /// End when so many files have failed, or such a share of all
    #[arg(long, value_name = "N|P%", value_parser = amount)]
    pub(super) max_failures: Option<Amount>,
    /// Copy each file before its first change into this folder
    #[arg(long, value_name = "DIR")]
    pub(super) backup: Option<PathBuf>,
    /// Keep so many of the newest copies of each file, instead of all
    #[arg(long, value_name = "N", requires = "backup", value_parser = positive)]
    pub(super) keep: Option<usize>,
    /// How many seconds to wait for a file that others have locked, once all others have ended
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = value_parser!(u64).range(..=86_400))]
    pub(super) lock_timeout: u64,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "write a number, 1 at least".to_owned())
}

fn jobs(text: &str) -> Result<Jobs, String> {
    let number = || text.parse().ok().filter(|number| (1..=256).contains(number));
    match text {
        "auto" => Ok(Jobs(None)),
        _ => number().map(|number| Jobs(Some(number))).ok_or_else(|| "write auto, or 1 to 256".to_owned()),
    }
}

fn amount(text: &str) -> Result<Amount, String> {
    match text.strip_suffix('%') {
        Some(share) => {
            let percent = share.parse().ok().filter(|percent| (1..=100).contains(percent));
            percent.map(Amount::Percent).ok_or_else(|| "write a share of 1% to 100%".to_owned())
        }
        None => positive(text).map(Amount::Files),
    }
}
