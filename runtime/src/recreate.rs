//! Moves a database that cannot be migrated aside, and makes a new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use crate::error::{Error, Result};
use crate::exclusive::{Exclusive, Lock};
use crate::migrator::Migrator;
use crate::open;
use crate::report::Report;
use crate::settings::Impatience;
use crate::trace;
use crate::verify;
use crate::wait::Wait;

/// A database that could not be migrated and was moved aside, so that a new one could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Recreated {
    /// Where it is now, its `-wal`, `-shm` and `-journal` beside it.
    pub moved_to: PathBuf,
    /// Why it could not be migrated: the error that it would have been.
    pub reason: String,
}

/// Whether another file would have been migrated: a lock, a permission or a full disk would be in its way as well.
pub(crate) fn is_its_own_fault(error: &Error) -> bool {
    match error {
        Error::NotADatabase { .. }
        | Error::Corrupt { .. }
        | Error::NoLedger { .. }
        | Error::NotALedger { .. }
        | Error::NotAdopted { .. }
        | Error::Unrepeatable { .. }
        | Error::Newer { .. }
        | Error::Diverged { .. }
        | Error::Tampered { .. }
        | Error::ForeignKeys { .. }
        | Error::Drift { .. } => true,
        // SQLITE_ERROR, which is what a statement has that does not fit the schema, is `Unknown` to rusqlite.
        Error::Statement { .. } | Error::Sqlite { .. } => matches!(
            error.plain().and_then(rusqlite::Error::sqlite_error_code),
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::Unknown)
        ),
        _ => false,
    }
}

/// As [`open::patient`], or on a new database.
///
/// All who may recreate a database share a lock while they look at it, and whoever moves it has that lock alone. A
/// connection to a file that has moved would take the journal of the new one for its own, and roll it back
/// (<https://www.sqlite.org/howtocorrupt.html#unlinking_or_renaming_a_database_file_while_in_use>).
pub(crate) fn open(
    migrator: &Migrator<'_>,
    path: &Path,
    wait: &mut Wait<'_>,
) -> Result<(Connection, Report)> {
    let Some(path) = open::file(path) else { return open::patient(migrator, path, wait) };
    // Where no lock file can be made, nothing can be moved either.
    let Ok(file) = OpenOptions::new().write(true).create(true).truncate(false).open(beside(&path, LOCK))
    else {
        return open::patient(migrator, &path, wait);
    };
    let mut turn = Turn { path: &path, file };
    turn.take(File::try_lock_shared, wait)?;
    let cause = match open::patient(migrator, &path, wait) {
        Err(error) if is_its_own_fault(&error) => error,
        outcome => return outcome,
    };
    // What fails on an empty database as well would leave us with none at all.
    if !verify::runs(&migrator.migrations.list[..migrator.goal()?]) {
        return Err(cause);
    }
    turn.take(File::try_lock, wait)?;
    match open::patient(migrator, &path, wait) {
        Err(cause) if is_its_own_fault(&cause) => {
            let moved_to = match aside(&path, wait)? {
                Ok(moved_to) => moved_to,
                Err(error) => return Err(failed(&path, cause, None, error.into())),
            };
            let recreated = Recreated { moved_to, reason: cause.to_string() };
            trace::recreated(&path, &recreated);
            match open::patient(migrator, &path, wait) {
                Ok((conn, report)) => Ok((conn, Report { recreated: Some(recreated), ..report })),
                Err(error) => Err(failed(&path, cause, Some(recreated.moved_to), error.into())),
            }
        }
        // Somebody else was faster.
        outcome => outcome,
    }
}

fn failed(
    path: &Path,
    cause: Error,
    moved_to: Option<PathBuf>,
    source: Box<dyn std::error::Error + Send + Sync>,
) -> Error {
    Error::Recreate { path: path.to_owned(), cause: Box::new(cause), moved_to, source }
}

/// The lock file stays beside the database: were it removed, two processes could each have the lock of a file of that
/// name.
const LOCK: &str = ".onward-lock";

/// The lock of the lock file, which goes with it.
struct Turn<'p> {
    path: &'p Path,
    file: File,
}

impl Turn<'_> {
    /// In place of what it has, if it has anything.
    fn take(
        &mut self,
        lock: fn(&File) -> std::result::Result<(), TryLockError>,
        wait: &mut Wait<'_>,
    ) -> Result<()> {
        let failed = |source| Error::LockFile { path: self.path.to_owned(), source };
        self.file.unlock().map_err(failed)?;
        loop {
            match lock(&self.file) {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => wait.on(self.path)?,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }
}

/// Moves the database and what belongs to it, while nobody is in a transaction on it, and says where to.
///
/// Processes that have the file open go on with the one that was moved: SQLite refuses to write a rollback journal for a
/// file that has moved, and leaves a WAL alone that is no longer its own (`SQLITE_FCNTL_HAS_MOVED`).
fn aside(path: &Path, wait: &mut Wait<'_>) -> Result<io::Result<PathBuf>> {
    // If SQLite cannot even open it, nobody can be in a transaction on it.
    let conn = Connection::open(path).ok();
    let held = match &conn {
        Some(conn) => hold(conn, path, wait)?,
        None => None,
    };
    let to = free(path);
    let moved = if cfg!(windows) {
        // An open file cannot be moved there.
        drop(held);
        drop(conn);
        rename_all(path, &to)
    } else {
        let moved = rename_all(path, &to);
        drop(held);
        moved
    };
    Ok(moved.map(|()| to))
}

/// The exclusive lock of the file, if it has one to give: what is no database has none.
fn hold<'c>(conn: &'c Connection, path: &Path, wait: &mut Wait<'_>) -> Result<Option<Exclusive<'c>>> {
    let _impatience = Impatience::begin(conn).ok();
    // As much as can be is in the one file then.
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    loop {
        match Exclusive::begin(conn, Lock::Exclusive) {
            Ok(None) => wait.on(path)?,
            Ok(held) => return Ok(held),
            // Anything else, above all a fault of the disk, is no reason to move what somebody may be writing to.
            Err(error) => match error.on(conn) {
                error if is_its_own_fault(&error) => return Ok(None),
                error => return Err(error),
            },
        }
    }
}

/// Renames the database and what belongs to it, or nothing.
fn rename_all(path: &Path, to: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let (from, to) = (beside(path, suffix), beside(to, suffix));
        match fs::rename(&from, &to) {
            Ok(()) => moved.push((from, to)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !suffix.is_empty() => {}
            Err(error) => {
                // Back, the database last; should that fail, both errors have one cause, and the first one tells it.
                moved.iter().rev().for_each(|(from, to)| drop(fs::rename(to, from)));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// A name beside the file that no other has.
fn free(path: &Path) -> PathBuf {
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let names = (0_u32..).map(|count| match count {
        0 => beside(path, &format!(".unusable-{seconds}")),
        count => beside(path, &format!(".unusable-{seconds}-{count}")),
    });
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| beside(path, ".unusable"))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
