//! A live SQLite database's schema as plain data: read it, compare two, fingerprint one.
//!
//! ```
//! use onward_schema::{Fingerprint, Schema};
//! use rusqlite::Connection;
//!
//! # fn main() -> rusqlite::Result<()> {
//! let expected = Connection::open_in_memory()?;
//! expected.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL)")?;
//! let found = Connection::open_in_memory()?;
//! found.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT)")?;
//!
//! assert_ne!(Fingerprint::read(&expected, None)?, Fingerprint::read(&found, None)?);
//! let differences = Schema::read(&expected)?.compare(&Schema::read(&found)?);
//! assert_eq!(differences[0].to_string(), "table `jobs`: column `state` should be TEXT NOT NULL, is TEXT");
//! # Ok(())
//! # }
//! ```
//!
//! Only the `main` database counts, and of it what its owner made: neither SQLite's own `sqlite_…` tables, nor the
//! shadow tables behind a virtual table, nor onward's [`LEDGER`](onward_core::ledger::LEDGER). Reading writes nothing.
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod adopt;
mod catalog;
mod column;
mod compare;
mod create;
mod difference;
pub mod driver;
mod enforce;
mod fingerprint;
mod foreign_key;
mod index;
mod offending;
mod reach;
mod read;
mod reread;
pub mod run;
mod schema;
mod storage;
pub mod stub;
pub mod switch;
mod table;
mod violation;

pub use catalog::pragma;
pub use column::{Affinity, Column, Generated};
pub use create::fold;
pub use difference::{Change, Difference};
pub use enforce::enforce_foreign_keys;
pub use fingerprint::{Fingerprint, Texts, objects};
pub use foreign_key::{Action, ForeignKey};
pub use index::{Index, IndexColumn, Origin};
pub use offending::offending;
// What a `Difference` is about.
pub use onward_core::kind::ObjectKind;
pub use reach::reached;
pub use reread::SchemaReader;
pub use schema::{Schema, Trigger, View};
pub use storage::Classes;
pub use table::{Module, Table};
pub use violation::{Violation, Violations};
