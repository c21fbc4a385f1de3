//! `cargo onward`: the checks of the macro, and what goes with them, from the command line.

mod check;
mod folder;
mod json;
mod lock;
mod new;
mod status;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// SQLite migrations, proven: write them, check them, lock them, and see where a database stands.
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
        /// Also say which tables no rows could be made for, so that nothing was seen of them
        #[arg(long, short)]
        verbose: bool,
    },
    /// Print the page of all codes: what each asks for, what it does to users, bad and good SQL
    Checks,
    /// Record all migrations as released in onward.lock, so that later edits of them are errors
    Lock {
        #[command(flatten)]
        folder: Folder,
        /// Write nothing; fail if a migration is not locked yet
        #[arg(long)]
        check: bool,
    },
    /// Show which migrations a database has run and which are pending; it is only read
    Status {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Args)]
struct Folder {
    /// The migrations folder [default: migrations, here or beside the nearest Cargo.toml above]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, as rustc prints errors
    Human,
    /// One JSON object a line
    Json,
}

/// The exit codes: nothing wrong, something wrong, could not find out.
const WRONG: u8 = 1;
const UNKNOWN: u8 = 2;

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
        Command::Lock { folder, check } => lock::run(&folder::find(folder.dir), check),
        Command::Status { db, folder } => status::run(&db, &folder::find(folder.dir)),
    };
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("{}: {error:#}", folder::title("error"));
        ExitCode::from(UNKNOWN)
    })
}
