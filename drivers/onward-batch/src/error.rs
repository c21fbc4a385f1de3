//! What can go wrong, as data and in words.

use std::error::Error as Cause;
use std::fmt;
use std::time::Duration;

use onward::rusqlite;

use crate::engine::Failure;

/// What the engine was asked for a rehearsal.
pub const COPY: &str = "copy the database";

/// A result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why a database of an engine was not brought up to date: what is wrong, what that does to it, what to do. `Debug` is
/// `Display`.
pub struct Error(Box<ErrorKind>);

/// What is wrong. The database is as it was before, but for [`ErrorKind::InDoubt`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The address is none that can be used; nothing was sent.
    Address {
        /// The address, without what it may have of a password.
        address: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What should be the certificate of an authority is none; nothing was sent.
    Certificate {
        /// What is wrong with it.
        problem: String,
    },
    /// Ledger and program do not go together, a statement fails on any rows, or the schema is not the proven one: what
    /// [`Migrations::apply`](onward::Migrations::apply) says of a file.
    Refused(onward::Error),
    /// A migration with a hook is pending: no code of the program runs inside the engine.
    Hook {
        /// The file of the migration.
        file: String,
    },
    /// A pending statement cannot be part of a request.
    Unfit {
        /// The file of the migration.
        file: String,
        /// The line of the statement, from one.
        line: usize,
        /// The column in characters, from one.
        column: usize,
        /// The statement.
        sql: String,
        /// Why.
        reason: &'static str,
    },
    /// A statement failed on the rows that are there.
    Statement {
        /// The file of the migration.
        file: String,
        /// The line of the statement, from one.
        line: usize,
        /// The column in characters, from one.
        column: usize,
        /// The statement.
        sql: String,
        /// What the engine says.
        message: String,
    },
    /// The migrations would leave dangling foreign keys that were not there before.
    ForeignKeys,
    /// After the migrations the schema would not be the one that they leave here.
    Drift,
    /// The engine did not do what it was asked.
    Engine {
        /// What was asked of it.
        doing: &'static str,
        /// What it says.
        failure: Failure,
    },
    /// The engine's schema cannot be made here, to try the migrations on.
    Mirror {
        /// The statement that fails.
        object: Option<String>,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Others were faster each time, until the time was over.
    Crowded {
        /// How long this has tried.
        waited: Duration,
    },
    /// What was sent may have happened or not, and nobody could be asked until the time was over. The next start finds out.
    InDoubt {
        /// What came back, or did not.
        failure: Failure,
    },
    /// The nodes of the cluster do not have the same schema.
    Nodes {
        /// Those that differ from the first one.
        differ: Vec<String>,
    },
}

impl Error {
    /// What is wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// Whether somebody else may answer in a moment: a cluster without a leader.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Engine { failure: Failure::Unreachable { .. } | Failure::InDoubt { .. }, .. }
        )
    }

    fn what(&self) -> String {
        match self.kind() {
            ErrorKind::Address { address, problem } => format!("`{address}`: {problem}; nothing was sent"),
            ErrorKind::Certificate { problem } => {
                format!("the certificate of the authority cannot be used: {problem}; nothing was sent")
            }
            ErrorKind::Refused(error) => error.to_string(),
            ErrorKind::Hook { file } => format!(
                "a migration with a hook is pending, {file}, and no code of the program runs inside the engine; nothing was changed"
            ),
            ErrorKind::Unfit { file, line, column, sql, reason } => {
                format!("a statement cannot be part of the request: {reason}; nothing was changed\n  {file}:{line}:{column}: {sql}")
            }
            ErrorKind::Statement { file, line, column, sql, message } => {
                format!("a migration failed, and everything was rolled back: {message}\n  {file}:{line}:{column}: {sql}")
            }
            ErrorKind::ForeignKeys => {
                "the migrations would leave dangling foreign keys; everything was rolled back".to_owned()
            }
            ErrorKind::Drift => "after the migrations the schema would not be the one that they leave on a SQLite of its own; \
                                 everything was rolled back"
                .to_owned(),
            ErrorKind::Engine { doing, failure } => format!("could not {doing}: {failure}; nothing was changed"),
            ErrorKind::Mirror { object: Some(sql), source } => {
                format!("the schema cannot be made here to try the migrations on: {source}; nothing was changed\n  {sql}")
            }
            ErrorKind::Mirror { object: None, source } => {
                format!("the schema cannot be made here to try the migrations on: {source}; nothing was changed")
            }
            ErrorKind::Crowded { waited } => {
                format!("others were faster each time, for {} s; nothing was changed by this run", waited.as_secs())
            }
            ErrorKind::InDoubt { failure } => {
                format!("the migrations were sent, and nobody can say whether they have run: {failure}")
            }
            ErrorKind::Nodes { differ } => format!(
                "the migrations are applied, and not all nodes have the same schema: {} differ",
                differ.join(", ")
            ),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self.kind() {
            // It says so itself.
            ErrorKind::Address { .. } | ErrorKind::Refused(_) | ErrorKind::Crowded { .. } => return None,
            ErrorKind::Certificate { .. } => "hand over the text of the file that ends in .pem or .crt",
            ErrorKind::Engine { failure: Failure::Untrusted { .. }, .. } => {
                "name the authority that has signed it with `root_certificate`, and the server as its certificate does"
            }
            ErrorKind::Hook { .. } => {
                "write what it does as SQL in a migration, or let a program do it behind the migrations"
            }
            ErrorKind::Unfit { .. } => "take it out of the history, or keep this database in a file",
            ErrorKind::Statement { .. } => "correct the rows, or write a migration before it that does",
            ErrorKind::ForeignKeys => {
                "`rehearse` says which rows they are: correct them, or write a migration before it that does"
            }
            ErrorKind::Drift => {
                "somebody has changed the schema by hand, or the engine's SQLite writes it in another way: ask `verify`"
            }
            ErrorKind::Engine { doing: COPY, .. } => {
                "see who may read all of it; a large database takes a longer `timeout`, and twice its size in the folder for temporary \
                 files"
            }
            ErrorKind::Engine { .. } => {
                "check the address and its port, that the server runs, that a cluster has a leader, and what the user may do"
            }
            ErrorKind::Mirror { .. } => {
                "the engine has what SQLite here has not, such as a module: build the program with a SQLite that has it"
            }
            ErrorKind::InDoubt { .. } => {
                "start again when the engine can be reached: what was applied is found, and nothing runs twice"
            }
            ErrorKind::Nodes { .. } => {
                "look at what the history makes that is not the same everywhere: `random()`, the clock"
            }
        })
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(kind))
    }
}

impl From<onward::Error> for Error {
    fn from(error: onward::Error) -> Error {
        ErrorKind::Refused(error).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())?;
        self.help().map_or(Ok(()), |help| write!(f, "\nhelp: {help}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Cause for Error {}
