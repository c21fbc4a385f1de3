//! What can go wrong: kinds as data, an error of a kind and a path, its words, and what SQLite's codes mean for a file. What
//! finds an error does not belong here.

mod access;
mod begun;
mod diagnosis;
mod failure;
mod fault;
mod kind;
mod leftover;
mod not_accepted;
mod sqlite;
mod words;

pub use access::Access;
pub(crate) use begun::Begun;
pub(crate) use diagnosis::path;
pub use fault::Fault;
pub use kind::{Error, ErrorKind, Result};
pub(crate) use leftover::Leftover;
pub use not_accepted::NotAccepted;
pub(crate) use sqlite::{is_busy, message};
