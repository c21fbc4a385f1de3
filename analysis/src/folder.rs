//! The folder of migrations as plain data: what its files are called and say, in which order they run, and what is wrong
//! with them.
//!
//! What SQLite makes of the SQL is not known here, and nothing is put into words.

pub(crate) mod bad_name;
pub mod directive;
pub mod embedded;
pub mod fault;
pub mod history;
pub mod layout;
pub mod lock;
pub mod locked;
pub(crate) mod migration;
mod misplaced;
mod oldest;
pub mod order;
pub mod read;
pub mod regular;
pub mod release;
pub mod rename;
pub mod statement;
mod stub;
pub(crate) mod tool;
pub mod unseen;
