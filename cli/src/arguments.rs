//! What can be written behind `cargo onward`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::check::Format;
use crate::engine::Database;
use crate::fleet;
use crate::folder::{Folder, Folders};
use crate::init::Init;
use crate::release;
use crate::take_over::{How, TakeOver};
use crate::until::Until;

/// SQLite migrations, proven: write them, check them, lock them, and see where a database stands or move it on.
#[derive(Parser)]
#[command(name = "cargo onward", bin_name = "cargo onward", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take the first steps in an application: read what is there, write what is missing, and show each file that is written
    ///
    /// build.rs and Cargo.toml get the lines that onward wants where nobody has said otherwise, and a history without faults its
    /// first onward.lock. With a database, the first migration is written from its schema.
    Init(Init),
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
        folders: Folders,
        /// How to print what is found
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        /// Also show the warnings about released migrations, and say which tables no rows could be made for, so that
        /// nothing was seen of them
        #[arg(long, short)]
        verbose: bool,
        /// Instead, build the workspace, and hold what it runs against the schema of the last release: for programs that start
        /// while somebody else's migrations have not run
        #[arg(long, conflicts_with_all = ["format", "verbose"])]
        against_release: bool,
        /// Instead, build the workspace, and list the indexes that no statement of it uses
        #[arg(long, conflicts_with_all = ["format", "verbose", "against_release"])]
        unused_indexes: bool,
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
        folders: Folders,
        /// Write nothing; fail if a migration is not locked yet
        #[arg(long)]
        check: bool,
        /// Say that a release ends here, and what it is called: the rows that an application may have written by then are
        /// held against every later migration, and those between two releases run at once
        #[arg(long, value_name = "NAME", conflicts_with = "check")]
        release: Option<String>,
    },
    /// Record what the program runs as a release, in onward.release, and lock its migrations: from then on each build says what
    /// would break the programs of that release, which still run while a newer one migrates
    ///
    /// The workspace is built to find its statements and structs, tests left out.
    Release(release::Options),
    /// Show which migrations a database has run and which are pending; only reads
    Status {
        #[command(flatten)]
        db: Database,
        #[command(flatten)]
        folder: Folder,
    },
    /// Compare a database's schema with its ledger; only reads
    Verify {
        #[command(flatten)]
        db: Database,
        #[command(flatten)]
        folder: Folder,
    },
    /// Run what is pending on a copy, and show how long it takes, how much disk it needs and which rows are lost; only reads the
    /// database
    ///
    /// It refuses to run past a migration that says that it has a hook (`-- onward: hook`): the program has the function.
    Rehearse {
        #[command(flatten)]
        db: Database,
        #[command(flatten)]
        folder: Folder,
        #[command(flatten)]
        until: Until,
        /// Adopt the copy first, if it has no ledger
        #[arg(long, visible_alias = "how", value_enum, conflicts_with_all = ["at", "from"])]
        adopt: Option<How>,
        #[command(flatten)]
        take_over: TakeOver,
    },
    /// Bring a database up to date, as the program does when it starts; create it if it does not exist
    ///
    /// It refuses to run past a migration that says that it has a hook (`-- onward: hook`), before anything is changed: the
    /// program has the function (`after = { … }`), and is to migrate then.
    Apply {
        #[command(flatten)]
        db: Database,
        #[command(flatten)]
        folder: Folder,
        #[command(flatten)]
        until: Until,
    },
    /// Make an empty database with all migrations, for what reads a schema while it compiles, such as sqlx with DATABASE_URL
    ///
    /// A file that is there is replaced only if this has made it, nobody has written to it since, and nobody has it locked. Hooks
    /// of the program do not run, since they are for rows: the database is for its schema, and no program's own.
    Database {
        /// The database file, such as target/schema.db
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
    /// Take back every migration after a version, with the down files, all or nothing
    ///
    /// What hooks have done stays as it is. The program applies the migrations again when it starts.
    Revert {
        /// The database file
        db: PathBuf,
        /// The version to go back to, as its file name has it; 0 takes back all, unless the first has that version
        version: String,
        #[command(flatten)]
        folder: Folder,
    },
    /// Restore a copy, such as a backup that the program made: the database becomes what the copy is, all or nothing
    ///
    /// What is there now is copied beside it first; no file is replaced, and the copy stays. Stop the
    /// programs that use the database first. A newer program migrates it again when it starts.
    Restore {
        /// The copy
        copy: PathBuf,
        /// The database file
        db: PathBuf,
    },
    /// Adopt a database that has tables and no ledger, and bring it up to date
    ///
    /// By its schema, or by the ledger of the tool that has migrated it, the migrations that it has had are found out
    /// and recorded; the others run. Try it with `rehearse` and `--adopt` or `--from` first. It refuses to run past a
    /// migration that says that it has a hook (`-- onward: hook`), before anything is changed; one that is recorded as run has
    /// had what belongs to it.
    Adopt {
        /// The database file
        db: PathBuf,
        #[command(flatten)]
        folder: Folder,
        /// How to find out what it has had
        #[arg(long, visible_alias = "adopt", value_enum, default_value_t = How::Exact, conflicts_with_all = ["at", "from"])]
        how: How,
        #[command(flatten)]
        until: Until,
        #[command(flatten)]
        take_over: TakeOver,
    },
    /// Many files with one history, a database per tenant: say where they stand, try what is pending, or bring them up to date
    #[command(subcommand)]
    Fleet(fleet::Command),
    /// Print a script that completes these commands in a shell
    ///
    /// bash: `source <(cargo onward completions bash)`, zsh: into a file `_cargo-onward` on `fpath`, fish: `cargo onward
    /// completions fish | source`. It completes `cargo-onward …`; zsh goes by it after `cargo onward` as well.
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}
