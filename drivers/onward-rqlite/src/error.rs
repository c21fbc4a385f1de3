//! What can go wrong.

use std::fmt;

/// A result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What is wrong with an address, or with a database. `Debug` is `Display`.
#[non_exhaustive]
pub enum Error {
    /// The address is none that can be used; nothing was sent.
    Address {
        /// The address, without what it may have of a password.
        address: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The migrations were not applied: see [`ErrorKind`](crate::ErrorKind).
    Migrations(onward_batch::Error),
}

impl From<onward_batch::Error> for Error {
    fn from(error: onward_batch::Error) -> Error {
        Error::Migrations(error)
    }
}

impl From<onward_batch::ErrorKind> for Error {
    fn from(kind: onward_batch::ErrorKind) -> Error {
        Error::Migrations(kind.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Address { address, problem } => write!(f, "`{address}`: {problem}; nothing was sent"),
            Error::Migrations(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
