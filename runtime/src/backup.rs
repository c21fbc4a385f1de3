//! A copy of the database before its first change.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::backup::StepResult;
use rusqlite::{Connection, OpenFlags};

use crate::diagnosis;
use crate::error::{Error, Result};
use crate::exclusive::is_busy;
use crate::wait::Wait;

/// A copy that is complete, under another name until it is known to be wanted. Dropped before, it is removed.
pub(crate) struct Backup {
    to: PathBuf,
    partial: PathBuf,
    /// SQLite's number for what the connection saw: another one means that somebody else has written since
    /// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
    seen: i64,
}

impl Backup {
    /// Copies, while the connection keeps other writers out.
    ///
    /// SQLite does not copy from a connection that writes, so another one reads the file
    /// (<https://www.sqlite.org/c3ref/backup_finish.html#sqlite3backupstep>).
    pub(crate) fn make(conn: &Connection, to: &Path, wait: &mut Wait<'_>) -> Result<Backup> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Backup {
            path: None,
            to: to.to_owned(),
            source,
        };
        let from = diagnosis::path(conn).ok_or_else(|| failed("the database is in memory".into()))?;
        let same = |path: &Path| std::fs::canonicalize(path).ok();
        if same(&from) == same(to) {
            return Err(failed("that is the database itself".into()));
        }
        let seen = data_version(conn)?;
        // Another thread may begin its copy before this one has its name.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".{}-{}.partial", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let backup = Backup { to: to.to_owned(), partial: name.into(), seen };
        let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&from, reading)
            .and_then(|source| Ok((source, Connection::open(&backup.partial)?)));
        let (source, mut target) = opened.map_err(|source| failed(source.into()))?;
        match copy(&source, &mut target, wait) {
            Err(Error::Sqlite { source, .. }) => Err(failed(source.into())),
            outcome => outcome.map(|()| backup),
        }
    }

    /// Whether the copy is of what the connection sees now.
    pub(crate) fn is_current(&self, conn: &Connection) -> Result<bool> {
        Ok(data_version(conn)? == self.seen)
    }

    /// Gives the copy its name, in place of an older one.
    pub(crate) fn keep(self) -> Result<PathBuf> {
        let to = self.to.clone();
        match std::fs::rename(&self.partial, &to) {
            Ok(()) => {
                // The new name must not be lost with the power when the migrations are not.
                #[cfg(unix)]
                let _ = to
                    .parent()
                    .map(|folder| std::fs::File::open(folder).and_then(|folder| folder.sync_all()));
                Ok(to)
            }
            Err(source) => Err(Error::Backup { path: None, to, source: source.into() }),
        }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        // After `keep` there is nothing under that name.
        let _ = std::fs::remove_file(&self.partial);
        // And the journal of a copy that was broken off, should SQLite have failed to remove it.
        let mut journal = self.partial.as_os_str().to_owned();
        journal.push("-journal");
        let _ = std::fs::remove_file(journal);
    }
}

/// Copies one database over another with SQLite's backup API, as of one moment.
pub(crate) fn copy(from: &Connection, to: &mut Connection, wait: &mut Wait<'_>) -> Result<()> {
    let copying = Error::sqlite("copy the database");
    let backup = rusqlite::backup::Backup::new(from, to).map_err(&copying)?;
    loop {
        // In one step, so that the copy does not begin again whenever somebody writes.
        match backup.step(-1) {
            Ok(StepResult::Done) => return Ok(()),
            Ok(_) => wait.pause()?,
            Err(error) if is_busy(&error) => wait.pause()?,
            Err(error) => return Err(copying(error)),
        }
    }
}

fn data_version(conn: &Connection) -> Result<i64> {
    let reading = Error::sqlite("read the version of the data");
    conn.query_row("PRAGMA main.data_version", [], |row| row.get(0)).map_err(reading)
}
