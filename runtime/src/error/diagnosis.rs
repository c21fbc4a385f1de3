//! From SQLite's codes to what an operator can look at: the file, its folder, the connection.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use super::access::Access;
use super::kind::{Error, ErrorKind};
use super::sqlite::is_busy;
use crate::settings;

/// The file of a connection's main database, unless that is in memory.
pub(crate) fn path(conn: &Connection) -> Option<PathBuf> {
    conn.path().filter(|path| !path.is_empty()).map(PathBuf::from)
}

impl Error {
    /// Names the connection's database, and what SQLite's code means for it.
    pub(crate) fn on(self, conn: &Connection) -> Error {
        let path = path(conn);
        self.explained(path.as_deref(), Some(conn)).at(path.as_deref())
    }

    /// A file that did not open.
    pub(crate) fn open(path: &Path, source: rusqlite::Error) -> Error {
        Error::from(ErrorKind::Open { source }).explained(Some(path), None).at(Some(path))
    }

    fn explained(self, path: Option<&Path>, conn: Option<&Connection>) -> Error {
        let Some(source) = self.unexplained() else { return self };
        // Under the lock, which keeps other processes out: a connection of this process that shares the cache.
        if is_busy(source) {
            return ErrorKind::Locked { waited: Duration::ZERO, attempts: 1, tries: 1, pending: None }.into();
        }
        match source.sqlite_error_code() {
            Some(code @ (ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::DiskFull)) => {
                self.map(|kind| of_code(code, kind))
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => path
                .and_then(|path| unusable(path, conn))
                .or_else(|| read_only(conn))
                .map_or(self, Error::from),
            _ => self,
        }
    }
}

/// What these codes mean, whatever was about to be done.
fn of_code(code: ErrorCode, kind: ErrorKind) -> ErrorKind {
    let (action, source) = match kind {
        ErrorKind::Open { source } => ("open the database".to_owned(), source),
        ErrorKind::Sqlite { action, source } => (action.to_owned(), source),
        ErrorKind::Statement { file, line, column, source, .. } => {
            (format!("run {file}:{line}:{column}"), source)
        }
        other => return other,
    };
    match code {
        ErrorCode::NotADatabase => ErrorKind::NotADatabase { source },
        ErrorCode::DiskFull => ErrorKind::DiskFull { action, source },
        _ => ErrorKind::Corrupt { action, source },
    }
}

/// That it is the connection, when it is nothing else.
fn read_only(conn: Option<&Connection>) -> Option<ErrorKind> {
    let is_read_only = |conn: &Connection| {
        conn.is_readonly(MAIN_DB).unwrap_or(false) || settings::query_only(conn).unwrap_or(false)
    };
    conn.is_some_and(is_read_only).then_some(ErrorKind::ReadOnlyConnection)
}

/// Why a file cannot be read or written, if a look at it and its folder tells.
fn unusable(path: &Path, conn: Option<&Connection>) -> Option<ErrorKind> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Without a file to spare, nothing below could be told.
    if let Err(source) = fs::read_dir(parent)
        && is_too_many(&source)
    {
        return Some(ErrorKind::TooManyFiles { source });
    }
    if !parent.exists() {
        return Some(ErrorKind::ParentMissing { parent: parent.to_owned() });
    }
    if let Some(source) = conn.and_then(unreadable) {
        return Some(ErrorKind::Unreadable { parent: parent.to_owned(), access: Access::of(parent), source });
    }
    if path.is_file() {
        // SQLite opens what it cannot write for reading, and says so. Not with `File`: closing it would give up the locks
        // that this process has on the file (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
        let writable = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match Connection::open_with_flags(path, writable).and_then(|probe| probe.is_readonly(MAIN_DB)) {
            Ok(true) => {
                return Some(ErrorKind::FileReadOnly { access: Access::of(path) });
            }
            Ok(false) => {}
            // Not even for reading: that is said by whoever could not open it, whatever the folder is.
            Err(_) => return None,
        }
    }
    // A connection that was opened for reading needs no journal.
    if conn.is_some_and(|conn| conn.is_readonly(MAIN_DB).unwrap_or(false)) {
        return None;
    }
    let source = probe(parent).err()?;
    let (parent, access) = (parent.to_owned(), Access::of(parent));
    match source.kind() {
        _ if is_too_many(&source) => Some(ErrorKind::TooManyFiles { source }),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
            let source = rusqlite::Error::SqliteFailure(full, Some(source.to_string()));
            let action = format!("make a file in `{}`", parent.display());
            Some(ErrorKind::DiskFull { action, source })
        }
        _ => Some(ErrorKind::ParentNotWritable { parent, access }),
    }
}

/// What keeps a connection from reading anything, where it is that nothing can be written beside the file.
fn unreadable(conn: &Connection) -> Option<rusqlite::Error> {
    let read = conn.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()));
    let error = read.err()?;
    let codes = [ErrorCode::ReadOnly, ErrorCode::CannotOpen];
    (error.sqlite_error_code().is_some_and(|code| codes.contains(&code))).then_some(error)
}

/// Whether there are no more files for this process, or for the system (EMFILE and ENFILE; std has no kind for them).
fn is_too_many(error: &io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[4] } else { &[24, 23] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// Whether a file can be made in a folder: there is no other way to ask than to try.
fn probe(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".onward-{}", std::process::id()));
    match OpenOptions::new().write(true).create_new(true).open(&probe) {
        Ok(file) => {
            drop(file);
            let _ = fs::remove_file(&probe);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
