//! What can go wrong at start-up, and what to do about it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use onward_schema::{Difference, Violation};
use rusqlite::ErrorCode;

use crate::migrations::Migration;
use crate::plan::Conflict;

/// A result with onward's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why a database was not brought up to date. It is as it was before, but for [`Error::Settings`].
///
/// `Debug` is `Display`, so that a `main` that returns it prints what is meant for people.
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened or created.
    Open {
        /// The path as given.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The connection is inside a transaction, in which no exclusive one can begin.
    InTransaction,
    /// Other databases are attached to the connection: a name in a migration could mean one of theirs.
    Attached {
        /// Their names.
        databases: Vec<String>,
    },
    /// The migrations are applied, but the connection's settings could not be put back.
    Settings {
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Others held the lock for longer than the timeout.
    Locked {
        /// How long this waited.
        waited: Duration,
        /// How often it tried.
        attempts: u32,
    },
    /// The database has tables, but no ledger that says how it came to them.
    NoLedger {
        /// What it holds.
        tables: Vec<String>,
    },
    /// The database has run migrations that are newer than the program.
    Newer {
        /// The newest version that the program knows.
        known: Option<i64>,
        /// The newer migrations.
        conflicts: Vec<Conflict>,
    },
    /// What has run is not what the program has: edited, missing or out-of-order migrations.
    Diverged {
        /// Every migration that ledger and program do not agree about.
        conflicts: Vec<Conflict>,
    },
    /// A statement failed.
    Statement {
        /// The file of the migration, as it was called when the program was compiled.
        file: &'static str,
        /// The line of the statement, from one.
        line: usize,
        /// The column of the statement in characters, from one.
        column: usize,
        /// The statement.
        sql: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Rows would be left whose foreign keys lead nowhere, and did not before.
    ForeignKeys {
        /// The new violations.
        violations: Vec<Violation>,
    },
    /// After the migrations the schema is not the one that was proven.
    Drift {
        /// How it differs, as far as that could be found out.
        differences: Vec<Difference>,
    },
    /// SQLite refused something else.
    Sqlite {
        /// What onward was about to do.
        action: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl Error {
    pub(crate) fn sqlite(action: &'static str) -> impl Fn(rusqlite::Error) -> Error {
        move |source| Error::Sqlite { action, source }
    }

    /// The failure of a statement that begins at this byte of its file.
    pub(crate) fn statement(
        migration: &Migration,
        start: usize,
        sql: &'static str,
        source: rusqlite::Error,
    ) -> Error {
        let within = match &source {
            rusqlite::Error::SqlInputError { offset, .. } => usize::try_from(*offset).unwrap_or(0),
            _ => 0,
        };
        let (line, column) = migration.position(start + within);
        Error::Statement { file: migration.file, line, column, sql, source }
    }
}

/// What SQLite says, without the statement that rusqlite puts behind it.
fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// What to do about an error of SQLite's, where its code tells.
fn help(f: &mut fmt::Formatter<'_>, error: &rusqlite::Error) -> fmt::Result {
    let help = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "the file is not a SQLite database, or it is encrypted: look at its path"
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            "the file is damaged: go back to a backup, or save what can be read with `.recover` in the sqlite3 shell"
        }
        Some(ErrorCode::ReadOnly) => {
            "the file, its folder or the connection cannot be written: SQLite needs all three, since it writes a \
             journal beside the file"
        }
        Some(ErrorCode::DiskFull) => {
            "make room where the database lies: a migration needs up to its size again"
        }
        Some(ErrorCode::CannotOpen) => "see that the file and its folder exist and can be read and written",
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            "the connection's authorizer denies it: migrate without one"
        }
        _ if message(error).starts_with("no such function: ") => {
            "register the function on the connection before it migrates; onward.toml tells only the build of it"
        }
        _ => return Ok(()),
    };
    write!(f, "\nhelp: {help}")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Open { path, source } => {
                write!(f, "cannot open the database `{}`: {}", path.display(), message(source))?;
                match path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
                    Some(parent) => {
                        write!(f, "\nhelp: the folder `{}` does not exist; make it first", parent.display())
                    }
                    None => write!(f, "\nhelp: see that the file and its folder can be read and written"),
                }
            }
            Error::InTransaction => write!(
                f,
                "the connection is inside a transaction\nhelp: commit it or roll it back first, or migrate on a \
                 connection of its own"
            ),
            Error::Attached { databases } => write!(
                f,
                "the connection has other databases attached: {}; a name in a migration could mean one of \
                 theirs\nhelp: detach them first, or migrate on a connection of its own",
                list(databases)
            ),
            Error::Settings { source } => write!(
                f,
                "the migrations are applied, but the connection's settings could not be put back: {}\nhelp: open a new \
                 connection; the database is up to date",
                message(source)
            ),
            Error::Locked { waited, attempts } => write!(
                f,
                "the database is locked by another connection: gave up after {:.1} s ({attempts} tries); nothing was \
                 changed\nhelp: look for a process that holds a transaction open or migrates for long, or raise \
                 `lock_timeout`",
                waited.as_secs_f64()
            ),
            Error::NoLedger { tables } => write!(
                f,
                "the database has no ledger of migrations, but already holds {}; nothing was changed\nhelp: it was \
                 made by other means than onward, which cannot tell which migrations it has had; begin with an empty \
                 database file, or look whether this is the right one",
                list(tables)
            ),
            Error::Newer { known, conflicts } => {
                match known {
                    Some(known) => {
                        write!(f, "the database is newer than this program, which knows version {known}")?
                    }
                    None => write!(f, "the database is newer than this program, which knows no migrations")?,
                }
                conflicts.iter().try_for_each(|conflict| write!(f, "\n{conflict}"))?;
                write!(f, "\nhelp: run the newer program again; nothing was changed")
            }
            Error::Diverged { conflicts } => {
                write!(f, "the database has not run the same migrations as this program has")?;
                conflicts.iter().try_for_each(|conflict| write!(f, "\n{conflict}"))?;
                write!(
                    f,
                    "\nhelp: a released migration stays as it is; take its text from version control again and write \
                     the change as a new migration; if this one never left your machine, delete this development \
                     database instead; nothing was changed"
                )
            }
            Error::Statement { file, line, column, sql, source } => {
                write!(
                    f,
                    "a migration failed and all were rolled back; nothing was changed\n  {file}:{line}:{column}: {}\n{}",
                    message(source),
                    indented(sql)
                )?;
                help(f, source)
            }
            Error::ForeignKeys { violations } => {
                write!(
                    f,
                    "the migrations would leave rows whose foreign keys lead nowhere; nothing was changed"
                )?;
                violations.iter().take(10).try_for_each(|violation| write!(f, "\n  {violation}"))?;
                let rest = violations.len().saturating_sub(10);
                if rest > 0 {
                    write!(f, "\n  and {rest} more")?;
                }
                write!(
                    f,
                    "\nhelp: foreign keys are off while migrations run, so ON DELETE actions do not fire; delete or \
                     mend these rows in the migration"
                )
            }
            Error::Drift { differences } => {
                write!(
                    f,
                    "after the migrations the schema is not the one that was proven; nothing was changed"
                )?;
                differences.iter().take(20).try_for_each(|difference| write!(f, "\n  {difference}"))?;
                write!(
                    f,
                    "\nhelp: something other than the migrations has changed these; take that change back, then start again"
                )
            }
            Error::Sqlite { action, source } => {
                write!(f, "could not {action}: {}; nothing was changed", message(source))?;
                help(f, source)
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Open { source, .. }
            | Error::Statement { source, .. }
            | Error::Settings { source }
            | Error::Sqlite { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Some names, and how many more there are.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(5) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// The first lines of a statement.
fn indented(sql: &str) -> String {
    let mut lines: Vec<String> = sql.lines().take(8).map(|line| format!("    {line}")).collect();
    if sql.lines().count() > 8 {
        lines.push("    …".to_owned());
    }
    lines.join("\n")
}
