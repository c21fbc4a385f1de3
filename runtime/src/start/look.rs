//! One look at a file that is there: where it stands.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, ffi};

use super::kept::is_kept_beside;
use super::wait::Wait;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{self, Reading};
use crate::run::{Context, Goal, pending};
use crate::settings::Impatience;

/// A file that is there, with a name that has no other meaning.
pub(super) const EXISTING: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// How long the header of a database is (<https://www.sqlite.org/fileformat.html#the_database_header>).
const HEADER: u64 = 100;

/// Where a database stands.
pub(crate) struct Found {
    /// How many migrations have run.
    pub(crate) ran: usize,
    /// How many are to run.
    pub(crate) pending: usize,
    /// Whether it has to be adopted.
    adopts: bool,
}

impl Found {
    /// Whether a run would change something.
    pub(crate) fn is_behind(&self) -> bool {
        self.adopts || self.pending > 0
    }
}

/// # Errors
/// Why a run would be refused, as far as that can be read.
pub(crate) fn look(context: Context<'_>, goal: Goal, path: &Path) -> Result<Found> {
    let conn = read(path)?;
    let mut wait = Wait::new(context.options);
    loop {
        match found(context, goal, &conn).map_err(|error| error.on(&conn)) {
            Err(error) if matches!(error.kind(), ErrorKind::Locked { .. }) => wait.pause()?,
            found => return found.map_err(|error| error.at(Some(path))),
        }
    }
}

fn found(context: Context<'_>, goal: Goal, conn: &Connection) -> Result<Found> {
    let reading = Error::sqlite("read the ledger");
    let _impatience = Impatience::of_new(conn).map_err(&reading)?;
    let read = Reading::begin(conn).map_err(&reading)?;
    let list = context.migrations.list();
    if let Some(newest) = ledger::newest_chain(&read, context.migrations.ledger()).map_err(&reading)?
        && let Ok(newest) = newest.parse()
        && let Some(ran) = list.reached(newest, goal.count())
    {
        return Ok(Found { ran, pending: 0, adopts: false });
    }
    let pending = pending(context, goal, &read)?;
    Ok(Found { ran: pending.ran, pending: pending.list.len(), adopts: pending.adopt.is_some() })
}

/// Opens a database that is there, for reading alone.
///
/// Not with SQLite's flag for that: such a connection leaves the two files of WAL mode behind, with the rights of whoever looked.
/// One that may write takes them away again, if nobody else has the database open.
///
/// # Errors
/// [`ErrorKind::NoSuchFile`], or that it cannot be opened.
pub(crate) fn read(path: &Path) -> Result<Connection> {
    is_there(path)?;
    let open = || {
        let conn = Connection::open_with_flags(path, EXISTING)?;
        // Whoever wants to wait says so.
        conn.busy_timeout(Duration::ZERO)?;
        conn.execute_batch("PRAGMA query_only = ON")?;
        Ok(conn)
    };
    open().map_err(|source| Error::open(path, source))
}

/// What an empty file is called.
const EMPTY: &str = "an empty file";

/// Whether this is a file that may be a database. SQLite would make one that is not there, wait for whoever writes to a pipe, take what
/// a device gives for a database, and make one of a file with nothing, or one byte, in it: of somebody's lock file, or of a WAL that nobody
/// has written to yet.
///
/// # Errors
/// [`ErrorKind::NoSuchFile`] and [`ErrorKind::NotADatabase`].
pub(super) fn is_there(path: &Path) -> Result<()> {
    let found = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok("a folder"),
        Ok(metadata) if !metadata.is_file() => Ok("a pipe, a socket or a device"),
        Ok(_) if is_kept_beside(path) => Ok("what SQLite or onward keeps beside a database"),
        Ok(metadata) if metadata.len() == 0 => Ok(EMPTY),
        Ok(metadata) if metadata.len() < HEADER => {
            let source = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_NOTADB), None);
            return Err(Error::from(ErrorKind::NotADatabase { source }).at(Some(path)));
        }
        Ok(_) => return Ok(()),
        Err(source) => Err(source),
    };
    Err(Error::from(ErrorKind::NoSuchFile { found }).at(Some(path)))
}

/// Whether that is what is wrong: somebody may be making a database of it just now.
pub(crate) fn is_empty(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NoSuchFile { found: Ok(EMPTY) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_who_has_not_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t(a)").unwrap();
        let conn = read(&path).unwrap();
        let timeout: i64 = conn.query_row("PRAGMA busy_timeout", [], |row| row.get(0)).unwrap();
        assert_eq!(timeout, 0);
        assert!(conn.execute_batch("INSERT INTO t VALUES (1)").is_err());
    }
}
