//! What is said of an error, a file for each group of kinds: what is wrong, what it does to the database, what to do.

mod adoption;
mod choice;
mod connection;
mod file;
mod ledger;
mod other_ledger;
mod run;
mod said;

use std::fmt::{self, Display, Write};

use onward_core::ledger::LEDGER;
use onward_core::printable::{Lines, printable_lines};

use self::said::Words;
use super::fault::Fault;
use super::kind::{Error, ErrorKind};
use crate::text::shown;

/// The one place that knows all kinds.
fn words(error: &Error) -> Words {
    let (path, ledger) = (error.path(), error.0.ledger.as_deref().unwrap_or(LEDGER));
    match error.kind() {
        ErrorKind::Open { source } => file::open(path, source),
        ErrorKind::EmptyPath { path } => file::empty_path(path),
        ErrorKind::ParentMissing { parent } => file::parent_missing(parent),
        ErrorKind::NoSuchFile { found } => file::no_such_file(found),
        ErrorKind::ParentNotWritable { parent, access } => file::parent_not_writable(parent, access),
        ErrorKind::Unreadable { parent, access, source } => file::unreadable(parent, access, source),
        ErrorKind::TooManyFiles { source } => file::too_many_files(source),
        ErrorKind::FileReadOnly { access } => file::file_read_only(access),
        ErrorKind::NotADatabase { source } => file::not_a_database(source),
        ErrorKind::Corrupt { action, source } => file::corrupt(action, source),
        ErrorKind::DiskFull { action, source } => file::disk_full(action, source),
        ErrorKind::Create { source } => file::create(source),
        ErrorKind::NoConnection { source } => connection::none(&**source),
        ErrorKind::ReadOnlyConnection => connection::read_only(),
        ErrorKind::InTransaction => connection::in_transaction(),
        ErrorKind::OldSqlite { needed, found } => connection::old_sqlite(needed, found),
        ErrorKind::Attached { databases } => connection::attached(databases),
        ErrorKind::Shadowed { objects } => connection::shadowed(objects),
        ErrorKind::Settings { source } => connection::settings(source),
        ErrorKind::Locked { waited, attempts, tries, pending } => {
            connection::locked(*waited, *attempts, *tries, *pending)
        }
        ErrorKind::Sqlite { action, source } => connection::sqlite(action, source),
        ErrorKind::Query { source } => connection::query(source),
        ErrorKind::NotALedger { found } => ledger::not_a_ledger(ledger, found),
        ErrorKind::NoLedger { tables } => ledger::no_ledger(ledger, tables),
        ErrorKind::LedgerRenamed { ledger, found } => ledger::renamed(ledger, found),
        ErrorKind::Newer { label, conflicts, accept, .. } => {
            ledger::newer(label.as_deref(), conflicts, accept.as_ref())
        }
        ErrorKind::Diverged { conflicts } => ledger::diverged(conflicts),
        ErrorKind::Tampered { conflicts } => ledger::tampered(ledger, conflicts),
        ErrorKind::LedgerNotWritten { triggers } => ledger::not_written(ledger, triggers),
        ErrorKind::NotAdopted { at, nearest, differences } => {
            adoption::not_adopted(*at, nearest.as_deref(), differences)
        }
        ErrorKind::Undecided { labels, writing, .. } => adoption::undecided(labels, writing),
        ErrorKind::UnknownVersion { version, label, .. } => {
            adoption::unknown_version(*version, label.as_deref())
        }
        ErrorKind::Unrepeatable { file, line, column, sql, nearest, differences } => {
            adoption::unrepeatable((file, *line, *column), sql, nearest.as_deref(), differences)
        }
        ErrorKind::OtherLedger { tool, problem } => {
            other_ledger::other_ledger(*tool, error.0.ledger.as_deref(), problem)
        }
        ErrorKind::NoDownFile { file } => run::no_down_file(file),
        ErrorKind::UnknownTarget { target, label, .. } => run::unknown_target(*target, label.as_deref()),
        ErrorKind::Statement { file, line, column, sql, source, query } => {
            run::statement((file, *line, *column), sql, source, query.as_deref())
        }
        ErrorKind::Hook { file, hook, source } => run::hook(file, hook, &**source),
        ErrorKind::HookElsewhere { file, before } => run::hook_elsewhere(file, before.as_deref()),
        ErrorKind::TransactionEnded { file, hook, source } => {
            run::transaction_ended(file, hook, source.as_deref())
        }
        ErrorKind::ForeignKeys { violations, count } => run::foreign_keys(violations, *count),
        ErrorKind::Drift { differences } => run::drift(differences),
        ErrorKind::InDoubt { source } => run::in_doubt(source),
        ErrorKind::Rollback { cause, source } => run::rollback(cause, source),
        ErrorKind::Backup { to, source } => choice::backup(to, &**source),
        ErrorKind::Recreate { cause, moved_to, source } => {
            choice::recreate(cause, moved_to.as_deref(), &**source)
        }
        ErrorKind::Panicked { message } => run::panicked(message),
        ErrorKind::UnknownLength => choice::unknown_length(),
        ErrorKind::NoThread { source } => choice::no_thread(source),
        ErrorKind::LockFile { source } => choice::lock_file(source),
    }
}

impl Error {
    /// Whose fault it is: whether another database, another disk or another call would do.
    ///
    /// ```
    /// use onward::Fault;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("BEGIN")?;
    /// assert_eq!(migrations.apply(&mut conn).unwrap_err().fault(), Fault::Caller);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn fault(&self) -> Fault {
        words(self).fault
    }

    /// Whether this says something of the database or its history, such as a migration that failed on its rows. Otherwise
    /// no more is known than before, as with a lock or a full disk.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("app.db");
    /// // Of this file it is known: it has tables, and no ledger.
    /// let mut conn = onward::rusqlite::Connection::open(&path)?;
    /// conn.execute_batch("CREATE TABLE notes(body TEXT)")?;
    /// assert!(migrations.apply(&mut conn).unwrap_err().is_verdict());
    /// // Of this one nothing is.
    /// assert!(!migrations.open(folder.path().join("missing/app.db")).unwrap_err().is_verdict());
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn is_verdict(&self) -> bool {
        words(self).is_verdict
    }

    /// What to do about it: what `Display` has behind `help:`, without what made it come to this.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let error = migrations.open("").unwrap_err();
    /// assert!(error.help().unwrap().starts_with("look at the setting or environment variable"));
    /// ```
    pub fn help(&self) -> Option<String> {
        words(self).help.map(|help| printable_lines(&help))
    }
}

#[cfg(all(feature = "fleet", feature = "serde"))]
impl Error {
    /// What is wrong: `Display` without the path and the help.
    pub(crate) fn message(&self) -> String {
        printable_lines(&words(self).what)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        // What should have been a path is part of what is wrong.
        if let Some(path) = self.path() {
            write!(f, "`{}`: ", shown(path))?;
        }
        let Words { what, help, because, .. } = words(self);
        f.write_str(&what)?;
        help.map_or(Ok(()), |help| write!(f, "\nhelp: {help}"))?;
        because.map_or(Ok(()), |because| write!(f, "\n{because}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn failure(code: i32, message: &str) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(message.to_owned()))
    }

    /// One code of SQLite's has more than one cause.
    #[test]
    fn each_cause_has_words_of_its_own() {
        for (code, said, help) in [
            (ffi::SQLITE_CORRUPT, "database disk image is malformed", "the file is damaged"),
            (ffi::SQLITE_CORRUPT_VTAB, "database disk image is malformed", "the file itself may be sound"),
            (ffi::SQLITE_CORRUPT, "malformed database schema (i)", "does not understand the schema"),
        ] {
            let source = failure(code, said);
            let error = Error::from(ErrorKind::Corrupt { action: "read".to_owned(), source });
            assert!(error.to_string().contains(help), "{error}");
        }
        for (code, said, help) in [
            (ffi::SQLITE_IOERR, "disk I/O error", "look at the disk"),
            (ffi::SQLITE_IOERR_GETTEMPPATH, "disk I/O error", "SQLITE_TMPDIR"),
            (ffi::SQLITE_INTERRUPT, "interrupted", "has interrupted the connection"),
            (ffi::SQLITE_NOMEM, "out of memory", "no more memory"),
            (ffi::SQLITE_TOOBIG, "string or blob too big", "SQLITE_LIMIT_LENGTH"),
            (ffi::SQLITE_CANTOPEN, "unable to open database file", "the folder for temporary files"),
            (ffi::SQLITE_CONSTRAINT_COMMITHOOK, "constraint failed", "commit hook refuses"),
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed", "with foreign keys on"),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: t.a", "rows of this database break"),
            (ffi::SQLITE_ERROR, "table t already exists", "its row in the ledger was removed"),
        ] {
            let error = Error::sqlite("commit")(failure(code, said));
            assert!(error.to_string().contains(help), "{error}");
            assert!(error.help().is_some_and(|found| found.contains(help)), "{error}");
        }
    }

    #[test]
    fn what_was_caused_by_something_else_says_so_last() {
        let cause = Box::new(Error::from(ErrorKind::InTransaction));
        let rollback =
            Error::from(ErrorKind::Rollback { cause, source: failure(ffi::SQLITE_IOERR, "disk I/O error") });
        let text = rollback.to_string();
        assert!(
            text.contains("\nthe migrations failed because: the connection is inside a transaction"),
            "{text}"
        );
        assert!(rollback.help().is_some_and(|help| help.ends_with("nothing was committed")), "{text}");
        assert_eq!(rollback.fault(), Fault::Environment);
    }
}
