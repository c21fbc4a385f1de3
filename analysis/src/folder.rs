//! The folder of migrations as plain data: what its files are called and say, in which order they run, and what is wrong
//! with them.
//!
//! What SQLite makes of the SQL is not known here, and nothing is put into words.

pub(crate) mod bad_name;
mod beside;
pub mod compatible;
pub mod directive;
pub mod fault;
pub mod history;
pub mod layout;
mod listing;
pub mod lock;
pub mod locked;
pub(crate) mod marks;
pub(crate) mod migration;
pub(crate) mod misplaced;
mod oldest;
pub mod order;
mod package;
pub(crate) mod parts;
pub mod read;
pub mod recorded;
pub mod regular;
pub mod release;
pub mod rename;
mod signs;
mod source;
pub mod statement;
mod stub;
pub mod tool;
pub mod unseen;
mod ways;
mod written;

#[cfg(test)]
mod tests;
