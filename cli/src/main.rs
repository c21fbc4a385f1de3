//! `cargo onward`: the checks of the macro, and what goes with them, from the command line.

mod apply;
mod check;
mod database;
mod exit;
mod explain;
mod folder;
mod github;
mod json;
mod lock;
mod new;
mod output;
mod place;
mod program;
mod rehearse;
mod restore;
mod revert;
mod sarif;
mod status;
mod take_over;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use check::Format;
use exit::UNKNOWN;
use take_over::{How, TakeOver};

/// SQLite migrations, proven: write them, check them, lock them, and see where a database stands or move it on.
#[derive(Parser)]
#[command(name = "cargo onward", bin_name = "cargo onward", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the file for a new migration, with the next number or the current time as the folder has it
    New {
        /// What the migration is about, such as add_archived
        name: String,
        #[command(flatten)]
        folder: Folder,
    },
    /// Replay and check a folder of migrations, as the macro does
    Check {
        #[command(flatten)]
        folder: Folder,
        /// How to print what is found
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        /// Also show the warnings about released migrations, and say which tables no rows could be made for, so that
        /// nothing was seen of them
        #[arg(long, short)]
        verbose: bool,
    },
    /// Print the page of all codes: what each asks for, what it does to users, bad and good SQL
    Checks,
    /// Print what a code asks for, what it does to users, bad and good SQL
    Explain {
        /// The code, as `cargo onward check` prints it behind `note:`
        code: String,
    },
    /// Record all migrations as released in onward.lock, so that later edits of them are errors
    Lock {
        #[command(flatten)]
        folder: Folder,
        /// Write nothing; fail if a migration is not locked yet
        #[arg(long)]
        check: bool,
        /// Say that a release ends here, and what it is called: the rows that an application may have written by then are
        /// held against every later migration, and those between two releases run at once
        #[arg(long, value_name = "NAME", conflicts_with = "check")]
        release: Option<String>,
    },
    /// Show which migrations a database has run and which are pending; it is only read
    Status {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
    /// See whether a database's schema is what its ledger says; it is only read
    Verify {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
    /// Run what is pending on a copy, and tell how long it takes and which rows are lost; the database is only read
    ///
    /// Code that the program runs beside the SQL is not known here, and does not run.
    Rehearse {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
        /// Take the copy over first, if it has no ledger
        #[arg(long, value_enum)]
        adopt: Option<How>,
        /// Take the copy over first, as one that has had the migrations up to this version
        #[arg(long, value_name = "VERSION", conflicts_with = "adopt")]
        at: Option<String>,
    },
    /// Bring a database up to date, as the program does when it starts; make it if it is not there
    ///
    /// Code that the program runs beside the SQL (`after = { … }`) is not known here: it does not run, and never will on
    /// this database, since its migration is recorded. If the program has such code, let the program migrate.
    Apply {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
    /// Take back every migration after a version, with the down files, all or nothing
    ///
    /// What code has done beside the SQL stays as it is. The program applies the migrations again when it starts.
    Revert {
        /// The database file
        db: PathBuf,
        /// The version to go back to, as its file name has it; 0 takes back all, unless the first has that version
        version: String,
        #[command(flatten)]
        folder: Folder,
    },
    /// Go back to a copy, such as a backup of the program's: the database becomes what the copy is, all or nothing
    ///
    /// What is there now is copied beside it first; no file is replaced, and the copy stays. The programs that use the database
    /// have to be stopped. A newer program migrates it again when it starts.
    Restore {
        /// The copy
        copy: PathBuf,
        /// The database file
        db: PathBuf,
    },
    /// Take over a database that has tables and no ledger, and bring it up to date
    ///
    /// By its schema, the migrations that it has had are found out and recorded; the others run. Try it with
    /// `rehearse --adopt` first. Code that the program runs beside the SQL is not known here, and does not run.
    Adopt {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
        /// How to find out what it has had
        #[arg(long, value_enum, default_value_t = How::Exact)]
        how: How,
        /// Say it, where the schema alone cannot: it has had the migrations up to this version, and its schema agrees
        #[arg(long, value_name = "VERSION", conflicts_with = "how")]
        at: Option<String>,
    },
}

#[derive(Args)]
struct Folder {
    /// The migrations folder [default: what Cargo.toml names, or migrations, here or at the nearest Cargo.toml above]
    dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    // cargo calls `cargo-onward onward …`.
    let mut args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|first| first == "onward") {
        args.remove(1);
    }
    let outcome = match Cli::parse_from(args).command {
        Command::New { name, folder } => new::run(&name, &folder::find(folder.dir)),
        Command::Check { folder, format, verbose } => check::run(&folder::find(folder.dir), format, verbose),
        Command::Checks => {
            anstream::print!("{}", onward_analysis::page());
            Ok(ExitCode::SUCCESS)
        }
        Command::Explain { code } => explain::run(&code),
        Command::Lock { folder, check, release } => {
            lock::run(&folder::find(folder.dir), check, release.as_deref())
        }
        Command::Status { db, folder } => status::run(&db, &folder::find(folder.dir)),
        Command::Verify { db, folder } => verify::run(&db, &folder::find(folder.dir)),
        Command::Rehearse { db, folder, adopt, at } => {
            rehearse::run(&db, &folder::find(folder.dir), TakeOver { how: adopt, at })
        }
        Command::Restore { copy, db } => restore::run(&copy, &db),
        Command::Apply { db, folder } => apply::run(&db, &folder::find(folder.dir), None),
        Command::Revert { db, version, folder } => revert::run(&db, &version, &folder::find(folder.dir)),
        Command::Adopt { db, folder, how, at } => {
            apply::run(&db, &folder::find(folder.dir), Some(TakeOver { how: Some(how), at }))
        }
    };
    outcome.unwrap_or_else(|error| {
        output::error(format!("{error:#}"));
        ExitCode::from(UNKNOWN)
    })
}
