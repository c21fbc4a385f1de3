//! What SQLite's errors mean: their messages, their codes, and what to do about them.

use onward_core::printable::printable;
use onward_schema::driver::refused;
use rusqlite::{ErrorCode, ffi};

use super::fault::Fault;

/// What SQLite says, without the statement that rusqlite puts behind it.
pub(crate) fn message(error: &rusqlite::Error) -> String {
    let message = refused(error).map_or_else(|| error.to_string(), |(message, _)| message.to_owned());
    // It may name a table.
    printable(&message).into_owned()
}

/// Whether somebody else is in the way: with the file, with the cache that connections of one process share, or with the
/// start of a WAL (<https://www.sqlite.org/rescode.html#protocol>).
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    let busy = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked, ErrorCode::FileLockingProtocolFailed];
    error.sqlite_error_code().is_some_and(|code| busy.contains(&code))
}

/// Whether a function is called that the connection does not have; SQLite has no code for it.
fn is_missing_function(error: &rusqlite::Error) -> bool {
    message(error).starts_with("no such function: ")
}

/// What to do about an error of SQLite's, where its code tells.
pub(super) fn help(error: &rusqlite::Error) -> Option<&'static str> {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    Some(match error.sqlite_error_code() {
        _ if extended == Some(ffi::SQLITE_IOERR_GETTEMPPATH) => {
            "there is no folder that can be written for temporary files: set SQLITE_TMPDIR to one"
        }
        Some(ErrorCode::OperationInterrupted) => {
            "somebody has interrupted the connection: an `InterruptHandle` or a progress handler of the application; \
             start again without"
        }
        Some(ErrorCode::OutOfMemory) => {
            "the process, or SQLite by `hard_heap_limit`, has no more memory: give it more, and start again"
        }
        Some(ErrorCode::TooBig) => {
            "a value or a statement is larger than the connection allows: raise its SQLITE_LIMIT_LENGTH or \
             SQLITE_LIMIT_SQL_LENGTH"
        }
        Some(ErrorCode::ReadOnly) => {
            "the file, its folder or the connection cannot be written: SQLite needs all three, since it writes a \
             journal beside the file; a file that was moved or replaced while it was open has to be opened again"
        }
        Some(ErrorCode::CannotOpen) => {
            "make sure that the file, its folder and the folder for temporary files exist and can be read and written"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "look at the disk and the system's log; on a network file system, move the database to a local disk"
        }
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            "the connection's authorizer denies it: migrate without one"
        }
        _ if extended == Some(ffi::SQLITE_CONSTRAINT_COMMITHOOK) => {
            "the application's commit hook refuses it, and everything was rolled back: let the hook pass while migrations run, or \
             migrate on a connection without it"
        }
        Some(ErrorCode::ConstraintViolation) if message(error).starts_with("FOREIGN KEY") => {
            "with foreign keys on, this would leave a dangling foreign key: delete or correct the rows that refer to it first, \
             in the migration; `PRAGMA foreign_key_check` lists those that dangle already"
        }
        Some(ErrorCode::ConstraintViolation) => {
            "rows of this database break the constraint: find them on a copy, correct them, and start again; \
             `cargo onward rehearse` tries it"
        }
        _ if message(error).contains("already exists") || message(error).starts_with("duplicate column") => {
            "something else has made it, or the migration has run before and its row in the ledger was removed: look at \
             the ledger, and restore what is missing there"
        }
        _ if is_missing_function(error) => {
            "register the function on the connection before it migrates; onward.toml has it only for the build, and for \
             schemas to compare with"
        }
        _ => return None,
    })
}

/// Whose fault an error of SQLite's is in a statement that was proven to run.
pub(super) fn fault(error: &rusqlite::Error) -> Fault {
    if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_COMMITHOOK) {
        return Fault::Caller;
    }
    match error.sqlite_error_code() {
        // SQLITE_ERROR, which is what a statement has that does not fit the schema, is `Unknown` to rusqlite.
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::Unknown) => {
            Fault::Database
        }
        Some(
            ErrorCode::OperationInterrupted
            | ErrorCode::AuthorizationForStatementDenied
            | ErrorCode::TooBig
            | ErrorCode::ApiMisuse
            | ErrorCode::ParameterOutOfRange,
        )
        | None => Fault::Caller,
        Some(_) => Fault::Environment,
    }
}

/// What is damaged: SQLite has one code for a file, what a virtual table keeps, and a schema that it does not understand.
pub(super) fn damage(error: &rusqlite::Error) -> &'static str {
    if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CORRUPT_VTAB) {
        "what a virtual table keeps does not fit its rows, and the file itself may be sound: rebuild it, for a full-text \
         index with `INSERT INTO name(name) VALUES ('rebuild')`"
    } else if message(error).starts_with("malformed database schema") {
        "this SQLite does not understand the schema: either a newer one has made it, or it calls a function or a \
         collation that the connection does not have, or it was written to by hand; `PRAGMA integrity_check` in a newer \
         sqlite3 shell tells whether the file is damaged"
    } else {
        "the file is damaged: go back to a backup, or save what can be read with `.recover` in the sqlite3 shell"
    }
}
