//! What an engine has to do.

use std::fmt;
use std::time::Duration;

use onward::rusqlite::Connection;
use onward_core::batch::Target;

/// A value of a parameter or a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
}

/// A row, column by column.
pub type Row = Vec<Value>;

/// A statement with its parameters, `?1` first.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its text: one statement, without a semicolon behind it.
    pub sql: String,
    /// Its parameters.
    pub parameters: Vec<Value>,
}

impl Statement {
    /// One without parameters.
    pub fn new(sql: impl Into<String>) -> Statement {
        Statement { sql: sql.into(), parameters: Vec::new() }
    }

    /// One with these parameters.
    pub fn with(sql: impl Into<String>, parameters: Vec<Value>) -> Statement {
        Statement { sql: sql.into(), parameters }
    }
}

/// Why a request was not answered as it should be.
#[derive(Debug)]
pub enum Failure {
    /// The engine has refused this statement of the list, and nothing of the list has happened.
    Refused {
        /// Which, from zero.
        statement: usize,
        /// What it says.
        message: String,
    },
    /// The engine has refused the request: the list is too long, nobody may write it. Nothing of it has happened.
    Denied {
        /// What it says.
        message: String,
    },
    /// Nobody was reached, and nothing of the list has happened.
    Unreachable {
        /// Who was tried, and what came of it.
        message: String,
    },
    /// The server's certificate is of nobody who is trusted, so that nothing was sent.
    Untrusted {
        /// What is wrong with it.
        message: String,
    },
    /// The request was sent, and no answer that can be understood came back: it may have happened or not.
    InDoubt {
        /// What came back, or did not.
        message: String,
    },
    /// The engine has answered, and nothing can be made of it on this machine: there is no room for a copy.
    Local {
        /// What is in the way.
        message: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Failure::Refused { message, .. }
        | Failure::Denied { message }
        | Failure::Unreachable { message }
        | Failure::Untrusted { message }
        | Failure::InDoubt { message }
        | Failure::Local { message }) = self;
        f.write_str(message)
    }
}

/// An engine that runs a list of statements as one atomic request.
pub trait Engine {
    /// Its name, such as `rqlite`, for words.
    const NAME: &'static str;

    /// Which of the engines it is that the build knows, if it is one.
    const TARGET: Option<Target>;

    /// Whether [`Engine::write`] runs with foreign keys off, whatever the engine has them at.
    const SWITCHES_FOREIGN_KEYS: bool;

    /// Whether it has nodes that enforce foreign keys, whatever [`Engine::read`] says of them. One that does not answer counts as one
    /// that does not.
    fn enforces_foreign_keys_elsewhere(&self) -> bool {
        false
    }

    /// Runs all of these in one transaction, or none.
    ///
    /// # Errors
    /// Why they were not run, or that nobody knows.
    fn write(&self, statements: &[Statement]) -> Result<(), Failure>;

    /// Answers these, as of the last write that anybody was told of, and all as of one moment if the engine can do that.
    ///
    /// # Errors
    /// Why they were not answered.
    fn read(&self, queries: &[Statement]) -> Result<Vec<Vec<Row>>, Failure>;

    /// Fills an empty database with everything that the engine's has, rows and all, as of one moment.
    ///
    /// # Errors
    /// Why it is not all there, or not in this time.
    fn copy(&self, into: &mut Connection, within: Duration) -> Result<(), Failure>;
}
