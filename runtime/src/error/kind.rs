//! An error as data: a database, and what is wrong with it.

use std::error::Error as Cause;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use onward_core::tool::Tool;
use onward_schema::{Difference, Violation};

use super::access::Access;
use super::not_accepted::NotAccepted;
use crate::history::{Conflict, OtherLedger};

/// A result with onward's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why a database was not brought up to date: the file, and a [kind](ErrorKind). It says what is wrong, what that does to the
/// database, and what to do.
///
/// `Debug` is `Display`, so that a `main` that returns it prints what is meant for people. What `Display` says already,
/// [`source`](std::error::Error::source) does not say again: it is what lies behind the cause.
///
/// ```
/// use onward::{ErrorKind, Fault};
///
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("CREATE TABLE notes(body TEXT)")?;
/// let error = migrations.apply(&mut conn).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::NoLedger { tables } if tables == &["notes"]));
/// assert_eq!(error.fault(), Fault::Database);
/// # Ok::<(), onward::Error>(())
/// ```
///
/// An error of rusqlite's becomes one, so that `?` works on an application's own statements:
///
/// ```
/// # static MIGRATIONS: onward::Migrations = onward::migrations!("../migrations");
/// fn main() -> onward::Result<()> {
///     # let folder = tempfile::tempdir().unwrap();
///     # let path = folder.path().join("jobs.db");
///     let conn = MIGRATIONS.open(&path)?;
///     let jobs: i64 = conn.query_row("SELECT count(*) FROM jobs", [], |row| row.get(0))?;
///     assert_eq!(jobs, 0);
///     Ok(())
/// }
/// ```
// In a box, since a result is mostly none.
pub struct Error(pub(super) Box<Inner>);

pub(super) struct Inner {
    pub(super) path: Option<PathBuf>,
    pub(super) kind: ErrorKind,
    /// The table of the ledger that it is about, if that has a name of its own.
    pub(super) ledger: Option<String>,
}

/// What is wrong, in an [`Error`]. The database is as it was before, but for [`ErrorKind::Settings`] and
/// [`ErrorKind::TransactionEnded`], and perhaps [`ErrorKind::InDoubt`]; [`ErrorKind::Recreate`] says where it is now.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file could not be opened or created, for a reason that has no variant of its own.
    Open {
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The path is empty, or a URI without one: SQLite would make a database that is gone with the connection.
    EmptyPath {
        /// What should have been one.
        path: PathBuf,
    },
    /// The folder in which the database should lie does not exist.
    ParentMissing {
        /// The folder.
        parent: PathBuf,
    },
    /// There is no file of that name, or it is something else than a file: a fleet makes none.
    NoSuchFile {
        /// What it is, in words, or what the system says of the name.
        found: io::Result<&'static str>,
    },
    /// No file can be made in the folder of the database, and SQLite needs at least a journal there.
    ParentNotWritable {
        /// The folder.
        parent: PathBuf,
        /// Who may write it.
        access: Access,
    },
    /// The database cannot even be read without a file beside it, which cannot be made: it is in WAL mode, or somebody
    /// has left a journal that has to be rolled back first.
    Unreadable {
        /// Its folder.
        parent: PathBuf,
        /// Who may write the folder.
        access: Access,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// This process, or the system, has as many files open as it may.
    TooManyFiles {
        /// What the system says.
        source: io::Error,
    },
    /// The file can be read and not written.
    FileReadOnly {
        /// Who may write it.
        access: Access,
    },
    /// A pool, or a driver that is not rusqlite, gave no connection to migrate on. The crates for other drivers say so, such as
    /// `onward-sqlx`.
    NoConnection {
        /// What it says.
        source: Box<dyn Cause + Send + Sync>,
    },
    /// The connection cannot write, though others could.
    ReadOnlyConnection,
    /// The file is something else than a database, or encrypted, which looks the same.
    NotADatabase {
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file is damaged.
    Corrupt {
        /// What onward was about to do.
        action: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// There is no room for what the migrations write.
    DiskFull {
        /// What onward was about to do.
        action: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The connection is inside a transaction, in which no exclusive one can begin.
    InTransaction,
    /// The program runs on an older SQLite than the migrations need.
    OldSqlite {
        /// The oldest version that will do.
        needed: String,
        /// The version that the program runs on.
        found: &'static str,
    },
    /// Other databases are attached to the connection: a name in a migration could mean one of theirs.
    Attached {
        /// Their names.
        databases: Vec<String>,
    },
    /// The connection has temporary objects that a statement of a migration would mean, or set off, instead of what is in
    /// the database.
    Shadowed {
        /// What they are, by kind and name: ``table `jobs` ``, ``trigger `audit` on `jobs` ``.
        objects: Vec<String>,
    },
    /// The migrations are applied, but the connection's settings could not be put back.
    Settings {
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Others held the lock for longer than the timeout.
    Locked {
        /// How long this waited.
        waited: Duration,
        /// How many attempts there were, each on a connection of its own with [`Migrations::open`](crate::Migrations::open).
        attempts: u32,
        /// How often it tried, over all attempts.
        tries: u32,
        /// How many migrations are pending; `None` if the database could not be read meanwhile.
        pending: Option<usize>,
    },
    /// What has the name of the ledger is none: a view, or a table of another shape.
    NotALedger {
        /// What it is, in words.
        found: String,
    },
    /// The database has tables, but no ledger that says how it came to them.
    NoLedger {
        /// What it holds.
        tables: Vec<String>,
    },
    /// The database has the rows of this history in the ledger of another name: `[ledger]` in `onward.toml` has changed since
    /// it was migrated.
    LedgerRenamed {
        /// The table that the program reads.
        ledger: String,
        /// The table that has the rows.
        found: String,
    },
    /// A database without a ledger cannot be adopted: its schema is not the one after any migration.
    NotAdopted {
        /// The version that was asked for, if one was.
        at: Option<i64>,
        /// The file of the migration after which the schema is most like this one, or of the one that was asked for;
        /// `None` if the database holds nothing of what the history makes.
        nearest: Option<String>,
        /// How it differs from what that one leaves.
        differences: Vec<Difference>,
    },
    /// The schema of a database without a ledger is that after several migrations, between which rows are written: it does
    /// not tell which of them have run. [`Adopt::At`](crate::Adopt::At) says it.
    Undecided {
        /// The versions of the migrations that leave this schema.
        versions: Vec<i64>,
        /// As their file names write them.
        labels: Vec<String>,
        /// The files of the migrations in between that may change rows, or have a hook.
        writing: Vec<String>,
    },
    /// The migration at which a database is to be adopted is not in the program.
    UnknownVersion {
        /// The version asked for.
        version: i64,
        /// The newest version that the program knows.
        known: Option<i64>,
        /// As its file name writes it.
        label: Option<String>,
    },
    /// A database without a ledger cannot be adopted: a statement may have run on it before, and must not run twice.
    Unrepeatable {
        /// The file of the migration, as it was called when the program was compiled.
        file: String,
        /// The line of the statement, from one.
        line: usize,
        /// The column of the statement in characters, from one.
        column: usize,
        /// The statement, or the name of the function that runs behind it.
        sql: String,
        /// The file of the migration after which the schema is most like this one.
        nearest: Option<String>,
        /// How it differs from what that one leaves.
        differences: Vec<Difference>,
    },
    /// The ledger of another tool and the program or the schema do not agree, or that ledger leaves something in doubt: see
    /// [`Adopt::From`](crate::Adopt::From).
    OtherLedger {
        /// The tool.
        tool: Tool,
        /// What is wrong.
        problem: OtherLedger,
    },
    /// The database has run migrations that are newer than the program.
    Newer {
        /// The newest version that the program knows.
        known: Option<i64>,
        /// As its file name writes it.
        label: Option<String>,
        /// The newer migrations.
        conflicts: Vec<Conflict>,
        /// Why it was not accepted, if [`Migrator::accept_newer`](crate::Migrator::accept_newer) was called.
        accept: Option<NotAccepted>,
    },
    /// What has run is not what the program has: edited, missing or out-of-order migrations.
    Diverged {
        /// Every migration that ledger and program do not agree about.
        conflicts: Vec<Conflict>,
    },
    /// The rows of the ledger do not fit each other: somebody has changed it by hand.
    Tampered {
        /// Every row that does not fit, and every migration that ledger and program do not agree about.
        conflicts: Vec<Conflict>,
    },
    /// The ledger does not have what was written to it: a trigger on it, or the connection's authorizer, keeps rows away
    /// without an error. Everything was rolled back, since the next start would run the same once more.
    LedgerNotWritten {
        /// The triggers on the ledger.
        triggers: Vec<String>,
    },
    /// A migration that should be taken back has no file for that.
    NoDownFile {
        /// The file of the migration, as it was called when the program was compiled.
        file: String,
    },
    /// The migration at which the run should stop is not in the program.
    UnknownTarget {
        /// The version asked for.
        target: i64,
        /// The newest version that the program knows.
        known: Option<i64>,
        /// As its file name writes it.
        label: Option<String>,
    },
    /// A statement failed.
    Statement {
        /// The file of the migration, as it was called when the program was compiled.
        file: String,
        /// The line of the statement, from one.
        line: usize,
        /// The column of the statement in characters, from one.
        column: usize,
        /// The statement.
        sql: String,
        /// What SQLite says.
        source: rusqlite::Error,
        /// A query that finds the rows in the way, if a constraint failed and one can be made that runs on the database
        /// as it is.
        query: Option<String>,
    },
    /// A hook failed, or changed the ledger, or left a database attached.
    Hook {
        /// The file of the migration, as it was called when the program was compiled.
        file: String,
        /// The function, as `migrations!` names it.
        hook: String,
        /// What it says.
        source: Box<dyn Cause + Send + Sync>,
    },
    /// A migration that is to run says that it has a hook (`-- onward: hook`), and the function is not here, as on the command
    /// line. Nothing has run: the migration would have been recorded without it.
    HookElsewhere {
        /// The file of the migration.
        file: String,
        /// The version of the last one before it that is to run, as its file name writes it; `None` if it is the first.
        before: Option<String>,
    },
    /// A hook has ended the transaction that it was called in.
    TransactionEnded {
        /// The file of the migration, as it was called when the program was compiled.
        file: String,
        /// The function, as `migrations!` names it.
        hook: String,
        /// What it says, if it failed as well.
        source: Option<Box<dyn Cause + Send + Sync>>,
    },
    /// The migrations would leave dangling foreign keys that were not there before.
    ForeignKeys {
        /// A few of the new violations for each table and the table it refers to.
        violations: Vec<Violation>,
        /// How many new ones there are in all.
        count: u64,
    },
    /// After the migrations the schema is not the one that was proven.
    Drift {
        /// How it differs, as far as that could be found out.
        differences: Vec<Difference>,
    },
    /// The disk failed during the commit, and only the next start can tell whether that was before or after the moment at
    /// which everything is applied.
    InDoubt {
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The migrations failed, and rolling them back failed as well.
    Rollback {
        /// Why they had to be rolled back.
        cause: Box<Error>,
        /// What SQLite says to the rollback.
        source: rusqlite::Error,
    },
    /// The copy that was asked for before the first change could not be made.
    Backup {
        /// Where the copy should be.
        to: PathBuf,
        /// What stood in the way.
        source: Box<dyn Cause + Send + Sync>,
    },
    /// A database that cannot be migrated could not be moved aside either, or no new one could be made.
    Recreate {
        /// Why it cannot be migrated.
        cause: Box<Error>,
        /// Where it is now, if it could be moved.
        moved_to: Option<PathBuf>,
        /// Why it could not be moved, or the new one not be made.
        source: Box<dyn Cause + Send + Sync>,
    },
    /// No file could be made of a snapshot, or there is one already.
    Create {
        /// What the system says.
        source: io::Error,
    },
    /// The lock file that [`Migrator::or_recreate`](crate::Migrator::or_recreate) needs cannot be
    /// locked, or a move that a killed process has begun cannot be finished.
    LockFile {
        /// What the system says.
        source: io::Error,
    },
    /// The code beside the migrations panicked, on a file of a fleet.
    Panicked {
        /// What it says.
        message: String,
    },
    /// A share of a fleet's files was asked for, and the iterator does not say how many there are.
    UnknownLength,
    /// No thread can be had to work on a fleet.
    NoThread {
        /// What the system says.
        source: io::Error,
    },
    /// A statement of the application failed: what `?` makes of an error of rusqlite's.
    Query {
        /// What rusqlite says.
        source: rusqlite::Error,
    },
    /// SQLite refused something else.
    Sqlite {
        /// What onward was about to do.
        action: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl ErrorKind {
    /// The error that this one comes from.
    pub(super) fn cause(&self) -> Option<&(dyn Cause + 'static)> {
        match self {
            ErrorKind::Open { source }
            | ErrorKind::Unreadable { source, .. }
            | ErrorKind::NotADatabase { source }
            | ErrorKind::Corrupt { source, .. }
            | ErrorKind::DiskFull { source, .. }
            | ErrorKind::Settings { source }
            | ErrorKind::Statement { source, .. }
            | ErrorKind::InDoubt { source }
            | ErrorKind::Rollback { source, .. }
            | ErrorKind::Query { source }
            | ErrorKind::Sqlite { source, .. } => Some(source),
            ErrorKind::Hook { source, .. }
            | ErrorKind::TransactionEnded { source: Some(source), .. }
            | ErrorKind::Backup { source, .. }
            | ErrorKind::NoConnection { source }
            | ErrorKind::Recreate { source, .. } => Some(source.as_ref()),
            ErrorKind::TooManyFiles { source }
            | ErrorKind::Create { source }
            | ErrorKind::NoThread { source }
            | ErrorKind::NoSuchFile { found: Err(source) }
            | ErrorKind::LockFile { source } => Some(source),
            _ => None,
        }
    }

    /// What SQLite said, where nobody has looked yet at what that means for the file.
    pub(super) fn unexplained(&self) -> Option<&rusqlite::Error> {
        match self {
            ErrorKind::Open { source }
            | ErrorKind::Sqlite { source, .. }
            | ErrorKind::Statement { source, .. } => Some(source),
            _ => None,
        }
    }
}
