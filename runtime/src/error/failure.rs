//! What an error is made of, and what it gives.

use std::path::Path;

use onward_core::ledger::Ledger;

use super::kind::{Error, ErrorKind, Inner};

impl Error {
    /// What is wrong.
    ///
    /// ```
    /// use onward::ErrorKind;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE notes(body TEXT)")?;
    /// let error = migrations.apply(&mut conn).unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::NoLedger { tables } if tables == &["notes"]));
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What is wrong, to take apart.
    ///
    /// ```
    /// use onward::{Error, ErrorKind};
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("BEGIN")?;
    /// let refused = migrations.apply(&mut conn).map_err(Error::into_kind);
    /// assert!(matches!(refused, Err(ErrorKind::InTransaction)));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn into_kind(self) -> ErrorKind {
        self.0.kind
    }

    /// The file of the database that this is about; `None` if that is in memory, or if it is about no database.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// std::fs::write(&path, "no database".repeat(100)).unwrap();
    /// assert_eq!(migrations.open(&path).unwrap_err().path(), Some(path.as_path()));
    /// ```
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// What SQLite, or rusqlite, said, if it comes from there.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// std::fs::write(&path, "no database".repeat(100)).unwrap();
    /// let error = migrations.open(&path).unwrap_err();
    /// let code = error.sqlite_error().and_then(|error| error.sqlite_error_code());
    /// assert_eq!(code, Some(onward::rusqlite::ErrorCode::NotADatabase));
    /// ```
    pub fn sqlite_error(&self) -> Option<&rusqlite::Error> {
        self.kind().cause()?.downcast_ref()
    }

    pub(crate) fn sqlite(action: &'static str) -> impl Fn(rusqlite::Error) -> Error {
        move |source| ErrorKind::Sqlite { action, source }.into()
    }

    /// What SQLite said, where nobody has looked yet at what that means for the file.
    pub(crate) fn unexplained(&self) -> Option<&rusqlite::Error> {
        self.kind().unexplained()
    }

    /// Names the database, where the error does not yet.
    pub(crate) fn at(mut self, path: Option<&Path>) -> Error {
        if self.0.path.is_none() {
            self.0.path = path.map(Path::to_owned);
        }
        self
    }

    /// Of the same database, what becomes of its kind.
    pub(crate) fn map(self, then: impl FnOnce(ErrorKind) -> ErrorKind) -> Error {
        let Inner { path, kind, ledger } = *self.0;
        Error(Box::new(Inner { path, kind: then(kind), ledger }))
    }

    /// Names the ledger that this is about.
    pub(crate) fn of(self, ledger: Ledger<'_>) -> Error {
        self.in_table(ledger.is_named().then(|| ledger.table()))
    }

    /// Names the table of a ledger that this is about, if it is not the usual one.
    pub(crate) fn in_table(mut self, table: Option<&str>) -> Error {
        self.0.ledger = table.map(str::to_owned);
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(Inner { path: None, kind, ledger: None }))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Error {
        ErrorKind::Query { source }.into()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause = self.kind().cause()?;
        // Behind an error of rusqlite's is only its code in other words.
        if cause.is::<rusqlite::Error>() { None } else { cause.source() }
    }
}
