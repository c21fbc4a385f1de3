//! What can go wrong at start-up, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onward_schema::{Difference, Violation};

use super::access::Access;
use crate::history::Conflict;

/// A result with onward's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why a database was not brought up to date. It is as it was before, but for [`Error::Settings`] and
/// [`Error::TransactionEnded`], and may be after [`Error::InDoubt`].
///
/// A `path` is the database's file, and `None` for a database in memory. `Debug` is `Display`, so that a `main` that
/// returns it prints what is meant for people.
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened or created, for a reason that has no variant of its own.
    Open {
        /// The database.
        path: PathBuf,
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
        /// The database.
        path: PathBuf,
        /// The folder.
        parent: PathBuf,
    },
    /// No file can be made in the folder of the database, and SQLite needs at least a journal there.
    ParentNotWritable {
        /// The database.
        path: PathBuf,
        /// The folder.
        parent: PathBuf,
        /// Who may write it.
        access: Access,
    },
    /// The database cannot even be read without a file beside it, which cannot be made: it is in WAL mode, or somebody
    /// has left a journal that has to be rolled back first.
    Unreadable {
        /// The database.
        path: PathBuf,
        /// Its folder.
        parent: PathBuf,
        /// Who may write the folder.
        access: Access,
        /// What SQLite says. In a box, to keep the error small.
        source: Box<rusqlite::Error>,
    },
    /// This process, or the system, has as many files open as it may.
    TooManyFiles {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file can be read and not written.
    FileReadOnly {
        /// The database.
        path: PathBuf,
        /// Who may write it.
        access: Access,
    },
    /// The connection cannot write, though others could.
    ReadOnlyConnection {
        /// The database.
        path: Option<PathBuf>,
    },
    /// The file is something else than a database, or encrypted, which looks the same.
    NotADatabase {
        /// The database.
        path: Option<PathBuf>,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file is damaged.
    Corrupt {
        /// The database.
        path: Option<PathBuf>,
        /// What onward was about to do.
        action: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// There is no room for what the migrations write.
    DiskFull {
        /// The database.
        path: Option<PathBuf>,
        /// What onward was about to do.
        action: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The connection is inside a transaction, in which no exclusive one can begin.
    InTransaction {
        /// The database.
        path: Option<PathBuf>,
    },
    /// The program runs on an older SQLite than the migrations need.
    OldSqlite {
        /// The database.
        path: Option<PathBuf>,
        /// The oldest version that will do.
        needed: String,
        /// The version that the program runs on.
        found: &'static str,
    },
    /// Other databases are attached to the connection: a name in a migration could mean one of theirs.
    Attached {
        /// The database.
        path: Option<PathBuf>,
        /// Their names.
        databases: Vec<String>,
    },
    /// The connection has temporary objects that a statement of a migration would mean, or set off, instead of what is in
    /// the database.
    Shadowed {
        /// The database.
        path: Option<PathBuf>,
        /// What they are, by kind and name: ``table `jobs` ``, ``trigger `audit` on `jobs` ``.
        objects: Vec<String>,
    },
    /// The migrations are applied, but the connection's settings could not be put back.
    Settings {
        /// The database.
        path: Option<PathBuf>,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Others held the lock for longer than the timeout.
    Locked {
        /// The database.
        path: Option<PathBuf>,
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
        /// The database.
        path: Option<PathBuf>,
        /// What it is, in words.
        found: String,
    },
    /// The database has tables, but no ledger that says how it came to them.
    NoLedger {
        /// The database.
        path: Option<PathBuf>,
        /// What it holds.
        tables: Vec<String>,
    },
    /// The schema of a database without a ledger is none of those that it could be taken over with.
    NotAdopted {
        /// The database.
        path: Option<PathBuf>,
        /// The version that was asked for, if one was.
        at: Option<i64>,
        /// The file of the migration after which the schema is most like this one, or of the one that was asked for;
        /// `None` if the database holds nothing of what the history makes.
        nearest: Option<&'static str>,
        /// How it differs from what that one leaves.
        differences: Vec<Difference>,
    },
    /// The schema of a database without a ledger is that after several migrations, between which rows are written: it does
    /// not tell which of them have run. [`Adopt::At`](crate::Adopt::At) says it.
    Undecided {
        /// The database.
        path: Option<PathBuf>,
        /// The versions of the migrations that leave this schema.
        versions: Vec<i64>,
        /// The files of the migrations in between that may change rows, or have code beside them.
        writing: Vec<&'static str>,
    },
    /// The migration with which a database should be taken over is not in the program.
    UnknownVersion {
        /// The version asked for.
        version: i64,
        /// The newest version that the program knows.
        known: Option<i64>,
    },
    /// A statement may have run before a database without a ledger was to be taken over, and must not run twice.
    Unrepeatable {
        /// The database.
        path: Option<PathBuf>,
        /// The file of the migration, as it was called when the program was compiled.
        file: &'static str,
        /// The line of the statement, from one.
        line: usize,
        /// The column of the statement in characters, from one.
        column: usize,
        /// The statement, or the name of the function that runs behind it.
        sql: &'static str,
    },
    /// The database has run migrations that are newer than the program.
    Newer {
        /// The database.
        path: Option<PathBuf>,
        /// The newest version that the program knows.
        known: Option<i64>,
        /// The newer migrations.
        conflicts: Vec<Conflict>,
    },
    /// What has run is not what the program has: edited, missing or out-of-order migrations.
    Diverged {
        /// The database.
        path: Option<PathBuf>,
        /// Every migration that ledger and program do not agree about.
        conflicts: Vec<Conflict>,
    },
    /// The rows of the ledger do not fit each other: somebody has changed it by hand.
    Tampered {
        /// The database.
        path: Option<PathBuf>,
        /// Every row that does not fit, and every migration that ledger and program do not agree about.
        conflicts: Vec<Conflict>,
    },
    /// The ledger does not have what was written to it: a trigger on it, or the connection's authorizer, keeps rows away
    /// without an error. Everything was rolled back, since the next start would run the same once more.
    LedgerNotWritten {
        /// The database.
        path: Option<PathBuf>,
        /// The triggers on the ledger.
        triggers: Vec<String>,
    },
    /// A migration that should be taken back has no file for that.
    NoDownFile {
        /// The database.
        path: Option<PathBuf>,
        /// The file of the migration, as it was called when the program was compiled.
        file: &'static str,
    },
    /// The migration at which the run should stop is not in the program.
    UnknownTarget {
        /// The version asked for.
        target: i64,
        /// The newest version that the program knows.
        known: Option<i64>,
    },
    /// A statement failed.
    Statement {
        /// The database.
        path: Option<PathBuf>,
        /// The file of the migration, as it was called when the program was compiled.
        file: &'static str,
        /// The line of the statement, from one.
        line: usize,
        /// The column of the statement in characters, from one.
        column: usize,
        /// The statement.
        sql: &'static str,
        /// What SQLite says. In a box, to keep the error small.
        source: Box<rusqlite::Error>,
        /// A query that finds the rows in the way, if a constraint failed and one can be made that runs on the database
        /// as it is.
        query: Option<String>,
    },
    /// The code beside a migration failed, or changed the ledger, or left a database attached.
    Hook {
        /// The database.
        path: Option<PathBuf>,
        /// The file of the migration, as it was called when the program was compiled.
        file: &'static str,
        /// The function, as `migrations!` names it.
        hook: &'static str,
        /// What it says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The code beside a migration has ended the transaction that it was called in.
    TransactionEnded {
        /// The database.
        path: Option<PathBuf>,
        /// The file of the migration, as it was called when the program was compiled.
        file: &'static str,
        /// The function, as `migrations!` names it.
        hook: &'static str,
        /// What it says, if it failed as well.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Rows would be left whose foreign keys lead nowhere, and did not before.
    ForeignKeys {
        /// The database.
        path: Option<PathBuf>,
        /// A few of the new violations for each table and the table it refers to.
        violations: Vec<Violation>,
        /// How many new ones there are in all.
        count: u64,
    },
    /// After the migrations the schema is not the one that was proven.
    Drift {
        /// The database.
        path: Option<PathBuf>,
        /// How it differs, as far as that could be found out.
        differences: Vec<Difference>,
    },
    /// The disk failed during the commit, and only the next start can tell whether that was before or after the moment at
    /// which everything is applied.
    InDoubt {
        /// The database.
        path: Option<PathBuf>,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The migrations failed, and rolling them back failed as well.
    Rollback {
        /// The database.
        path: Option<PathBuf>,
        /// Why they had to be rolled back.
        cause: Box<Error>,
        /// What SQLite says to the rollback.
        source: rusqlite::Error,
    },
    /// The copy that was asked for before the first change could not be made.
    Backup {
        /// The database.
        path: Option<PathBuf>,
        /// Where the copy should be.
        to: PathBuf,
        /// What stood in the way.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A database that cannot be migrated could not be moved aside either, or no new one could be made.
    Recreate {
        /// The database.
        path: PathBuf,
        /// Why it cannot be migrated.
        cause: Box<Error>,
        /// Where it is now, if it could be moved.
        moved_to: Option<PathBuf>,
        /// Why it could not be moved, or the new one not be made.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No file could be made of a snapshot, or there is one already.
    Create {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The lock file that [`Migrator::or_recreate`](crate::Migrator::or_recreate) needs cannot be
    /// locked, or a move that a killed process has begun cannot be finished.
    LockFile {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite refused something else.
    Sqlite {
        /// The database.
        path: Option<PathBuf>,
        /// What onward was about to do.
        action: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// Where an error keeps the path that it may come by later, by reference or to be changed; those that always have one, or
/// none, have no such place.
macro_rules! place {
    ($error:expr) => {
        match $error {
            Error::ReadOnlyConnection { path }
            | Error::NotADatabase { path, .. }
            | Error::Corrupt { path, .. }
            | Error::DiskFull { path, .. }
            | Error::InTransaction { path }
            | Error::OldSqlite { path, .. }
            | Error::Attached { path, .. }
            | Error::Shadowed { path, .. }
            | Error::Settings { path, .. }
            | Error::Locked { path, .. }
            | Error::NoLedger { path, .. }
            | Error::NotALedger { path, .. }
            | Error::NoDownFile { path, .. }
            | Error::NotAdopted { path, .. }
            | Error::Undecided { path, .. }
            | Error::Unrepeatable { path, .. }
            | Error::Newer { path, .. }
            | Error::Diverged { path, .. }
            | Error::Tampered { path, .. }
            | Error::LedgerNotWritten { path, .. }
            | Error::Statement { path, .. }
            | Error::Hook { path, .. }
            | Error::TransactionEnded { path, .. }
            | Error::ForeignKeys { path, .. }
            | Error::Drift { path, .. }
            | Error::InDoubt { path, .. }
            | Error::Rollback { path, .. }
            | Error::Backup { path, .. }
            | Error::Sqlite { path, .. } => Some(path),
            Error::Open { .. }
            | Error::ParentMissing { .. }
            | Error::ParentNotWritable { .. }
            | Error::FileReadOnly { .. }
            | Error::Unreadable { .. }
            | Error::TooManyFiles { .. }
            | Error::Recreate { .. }
            | Error::Create { .. }
            | Error::LockFile { .. }
            | Error::EmptyPath { .. }
            | Error::UnknownTarget { .. }
            | Error::UnknownVersion { .. } => None,
        }
    };
}

impl Error {
    pub(crate) fn sqlite(action: &'static str) -> impl Fn(rusqlite::Error) -> Error {
        move |source| Error::Sqlite { path: None, action, source }
    }

    /// What SQLite said, where it has not been looked into yet.
    pub(crate) fn plain(&self) -> Option<&rusqlite::Error> {
        match self {
            Error::Open { source, .. } | Error::Sqlite { source, .. } => Some(source),
            Error::Statement { source, .. } => Some(source),
            _ => None,
        }
    }

    /// Whether the ledger itself speaks against a run, whoever has the lock.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Error::NoLedger { .. }
                | Error::NotALedger { .. }
                | Error::Newer { .. }
                | Error::Diverged { .. }
                | Error::Tampered { .. }
        )
    }

    /// The file of the database that this is about, unless that is in memory.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Error::Open { path, .. }
            | Error::ParentMissing { path, .. }
            | Error::ParentNotWritable { path, .. }
            | Error::FileReadOnly { path, .. }
            | Error::Unreadable { path, .. }
            | Error::TooManyFiles { path, .. }
            | Error::Recreate { path, .. }
            | Error::Create { path, .. }
            | Error::LockFile { path, .. } => Some(path),
            error => place!(error).and_then(|path| path.as_deref()),
        }
    }

    /// Names the database, where the error does not yet.
    pub(crate) fn at(mut self, place: Option<&Path>) -> Error {
        if let Some(path @ None) = place!(&mut self) {
            *path = place.map(Path::to_owned);
        }
        self
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Open { source, .. }
            | Error::NotADatabase { source, .. }
            | Error::Corrupt { source, .. }
            | Error::DiskFull { source, .. }
            | Error::Settings { source, .. }
            | Error::InDoubt { source, .. }
            | Error::Rollback { source, .. }
            | Error::Sqlite { source, .. } => Some(source),
            Error::Unreadable { source, .. } | Error::Statement { source, .. } => Some(source.as_ref()),
            Error::Backup { source, .. } | Error::Hook { source, .. } => Some(source.as_ref()),
            Error::TransactionEnded { source: Some(source), .. } => Some(source.as_ref()),
            Error::Recreate { source, .. } => Some(source.as_ref()),
            Error::TooManyFiles { source, .. }
            | Error::Create { source, .. }
            | Error::LockFile { source, .. } => Some(source),
            _ => None,
        }
    }
}
