//! Moves a database that cannot be migrated aside, and makes a new one.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::attempts::patient;
use super::wait::Wait;
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::file::system::{self, beside};
use crate::file::{self, LOCK, aside, is_ours};
use crate::report::{Recreated, Report, trace};
use crate::run::{Context, Exclusive, Lock, runs};
use crate::settings::Impatience;

/// Whether another file would have been migrated: a lock, a permission or a full disk would be in its way as well.
fn is_its_own_fault(error: &Error) -> bool {
    error.fault() == Fault::Database
}

/// As [`patient`], or on a new database.
///
/// All who may recreate a database share a lock while they look at it, and whoever moves it has that lock alone. A
/// connection to a file that has moved would take the journal of the new one for its own, and roll it back
/// (<https://www.sqlite.org/howtocorrupt.html#unlinking_or_renaming_a_database_file_while_in_use>).
pub(crate) fn open(context: Context<'_>, path: &Path, wait: &mut Wait<'_>) -> Result<(Connection, Report)> {
    // Others have histories of their own in that file.
    let is_shared = context.migrations.ledger().is_named();
    let Some(named) = file::file(path).filter(|_| !is_shared) else { return patient(context, path, wait) };
    // Where no lock file can be made, nothing can be moved either.
    let Ok(real) = aside::behind_links(&named) else { return patient(context, path, wait) };
    let lock = beside(&real, LOCK);
    if system::look(&lock).is_ok_and(|found| found.is_some_and(|found| !found.is_file())) {
        return Err(not_ours(&named, &lock));
    }
    let Ok(file) = system::open(&lock) else { return patient(context, path, wait) };
    let mut turn = Turn { path: &named, lock, file, taken: false };
    turn.take(File::try_lock_shared, wait)?;
    if !is_ours(&turn.file, &turn.lock).map_err(|error| turn.failed(error))? {
        return Err(not_ours(&named, &turn.lock));
    }
    let mut recreated = None;
    while aside::is_begun(&real, &turn.file, &turn.lock).map_err(|error| turn.failed(error))? {
        turn.take(File::try_lock, wait)?;
        recreated = turn.finish(&real)?.or(recreated);
        turn.take(File::try_lock_shared, wait)?;
    }
    let cause = match patient(context, path, wait) {
        Err(error) if is_its_own_fault(&error) => error,
        outcome => return outcome.map(|(conn, report)| (conn, Report { recreated, ..report })),
    };
    // What fails on an empty database as well would leave us with none at all.
    let list = context.migrations.list().part(0..context.goal()?.count());
    if !runs(list, context.migrations.ledger()) {
        return Err(cause);
    }
    turn.take(File::try_lock, wait)?;
    recreated = turn.finish(&real)?.or(recreated);
    match patient(context, path, wait) {
        Err(cause) if is_its_own_fault(&cause) => {
            let reason = cause.to_string();
            let moved = held(&real, wait, || aside::begin(&real, &turn.file, &turn.lock, &reason))?;
            let moved_to = match moved {
                Ok(moved_to) => moved_to,
                Err((moved_to, error)) => return Err(failed(&named, cause, moved_to, error.into())),
            };
            let recreated = Recreated { moved_to, reason };
            trace::recreated(&named, &recreated);
            match patient(context, path, wait) {
                Ok((conn, report)) => Ok((conn, Report { recreated: Some(recreated), ..report })),
                Err(error) => Err(failed(&named, cause, Some(recreated.moved_to), error.into())),
            }
        }
        // Somebody else was faster.
        outcome => outcome.map(|(conn, report)| (conn, Report { recreated, ..report })),
    }
}

fn failed(
    path: &Path,
    cause: Error,
    moved_to: Option<PathBuf>,
    source: Box<dyn std::error::Error + Send + Sync>,
) -> Error {
    Error::from(ErrorKind::Recreate { cause: Box::new(cause), moved_to, source }).at(Some(path))
}

/// What has the lock file's name, and is left as it is.
fn not_ours(database: &Path, lock: &Path) -> Error {
    let says = format!("`{}` is not a file that onward has made", lock.display());
    lock_file(database, std::io::Error::other(says))
}

fn lock_file(database: &Path, source: std::io::Error) -> Error {
    Error::from(ErrorKind::LockFile { source }).at(Some(database))
}

/// The lock of the lock file, which goes with it.
struct Turn<'p> {
    /// The database, as it is called.
    path: &'p Path,
    lock: PathBuf,
    file: File,
    /// Whether there is a lock to give up.
    taken: bool,
}

impl Turn<'_> {
    /// In place of what it has, if it has anything.
    fn take(
        &mut self,
        lock: fn(&File) -> std::result::Result<(), TryLockError>,
        wait: &mut Wait<'_>,
    ) -> Result<()> {
        if std::mem::take(&mut self.taken) {
            // To close it gives the lock up on every system; what an unlock says differs among them.
            self.file = system::open(&self.lock).map_err(|error| self.failed(error))?;
        }
        while !system::try_lock(&self.file, &self.lock, lock).map_err(|error| self.failed(error))? {
            wait.on(self.path)?;
        }
        self.taken = true;
        Ok(())
    }

    /// What a process has begun and was killed, with the lock to oneself.
    fn finish(&self, real: &Path) -> Result<Option<Recreated>> {
        let recreated = match aside::is_begun(real, &self.file, &self.lock) {
            Ok(true) => aside::finish(real, &self.file, &self.lock),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
        let recreated = recreated.map_err(|error| self.failed(error))?;
        if let Some(recreated) = &recreated {
            trace::recreated(self.path, recreated);
        }
        Ok(recreated)
    }

    fn failed(&self, source: std::io::Error) -> Error {
        lock_file(self.path, source)
    }
}

/// Calls while nobody is in a transaction on the database.
///
/// Processes that have the file open go on with the one that was moved: SQLite refuses to write a rollback journal for a
/// file that has moved, and leaves a WAL alone that is no longer its own (`SQLITE_FCNTL_HAS_MOVED`).
fn held<T>(path: &Path, wait: &mut Wait<'_>, then: impl FnOnce() -> T) -> Result<T> {
    // If SQLite cannot even open it, nobody can be in a transaction on it.
    let conn = Connection::open(path).ok();
    let held = match &conn {
        Some(conn) => hold(conn, path, wait)?,
        None => None,
    };
    if cfg!(windows) {
        // An open file cannot be moved there.
        drop(held);
        drop(conn);
        return Ok(then());
    }
    let done = then();
    drop(held);
    Ok(done)
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
