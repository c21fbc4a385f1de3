//! As many connections as are used at once.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use onward::rusqlite::{Connection, Result};

/// Connections to one database that has been migrated.
pub(crate) struct Pool {
    path: PathBuf,
    free: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(crate) fn new(path: PathBuf) -> Pool {
        Pool { path, free: Mutex::default() }
    }

    /// Runs this on a connection that is free, or on a new one. It comes back only if it worked.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = free().pop();
        let conn = match taken {
            Some(conn) => conn,
            None => Connection::open(&self.path)?,
        };
        let worked = work(&conn)?;
        free().push(conn);
        Ok(worked)
    }
}
