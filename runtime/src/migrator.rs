//! The settings of a run.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::apply;
use crate::error::{Error, Result};
use crate::migrations::Migrations;
use crate::report::Report;

/// How migrations are to be applied. Made by [`Migrations::migrator`].
///
/// ```no_run
/// # fn run(migrations: &onward::Migrations) -> Result<(), onward::Error> {
/// use std::time::Duration;
/// let (conn, report) = migrations.migrator().lock_timeout(Duration::from_secs(5)).open("app.db")?;
/// println!("{report}");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Migrator<'m> {
    pub(crate) migrations: &'m Migrations,
    pub(crate) lock_timeout: Duration,
}

impl<'m> Migrator<'m> {
    pub(crate) fn new(migrations: &'m Migrations) -> Migrator<'m> {
        Migrator { migrations, lock_timeout: Duration::from_secs(120) }
    }

    /// How long to wait for the exclusive lock while others migrate or write; two minutes by default.
    pub fn lock_timeout(mut self, timeout: Duration) -> Migrator<'m> {
        self.lock_timeout = timeout;
        self
    }

    /// As [`Migrations::apply`], with these settings.
    ///
    /// # Errors
    /// As [`Migrations::apply`].
    pub fn apply(&self, conn: &mut Connection) -> Result<Report> {
        apply::apply(self, conn)
    }

    /// As [`Migrations::open`], with these settings, and with the report.
    ///
    /// # Errors
    /// As [`Migrations::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<(Connection, Report)> {
        let path = path.as_ref();
        let mut conn =
            Connection::open(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let report = self.apply(&mut conn)?;
        Ok((conn, report))
    }
}
