//! SQL text and migration histories as plain data: what onward knows of SQLite without a database at hand.
//!
//! ```
//! use onward_core::checksum::Checksum;
//! use onward_core::token::significant;
//!
//! let sql = "CREATE TABLE jobs(id INTEGER PRIMARY KEY); -- the queue";
//! assert_eq!(significant(sql).map(|token| token.text).nth(2), Some("jobs"));
//! assert_eq!(Checksum::of(sql), Checksum::of("CREATE TABLE jobs ( id INTEGER PRIMARY KEY ) ;"));
//! ```
//!
//! SQL text:
//! - [`token`]: where SQLite's tokens start and end;
//! - [`statement`]: a text cut into its statements;
//! - [`kind`]: what a statement is, and [`classify`](kind::Kind::of), the one place that finds out;
//! - [`effect`]: what it does to a database that may have had it before;
//! - [`canonical`]: one spelling for every `CREATE` statement that means the same;
//! - [`name`]: names as SQLite compares and quotes them;
//! - [`printable`]: the text of others, fit for a terminal.
//!
//! Histories:
//! - [`version`]: versions as people write them;
//! - [`checksum`]: the sum of a migration's text, and the chain over a history;
//! - [`ledger`]: the table that says what has run, its rows and its SQL;
//! - [`packed`]: a proven history as a program embeds it;
//! - [`plan`]: what is pending, and where a ledger and a list of migrations are apart;
//! - [`release`]: recorded releases, as programs and ledgers name them;
//! - [`tool`]: other tools that have ledgers of their own.
//!
//! Runs:
//! - [`setting`]: every setting of a connection, and what a run does about it;
//! - [`switch`]: those of them that a run sets and puts back;
//! - [`run`]: what becomes of each statement of a migration, and what is put back behind it;
//! - [`batch`]: what of it engines take that run a list as one atomic request.
//!
//! The analysis at compile time, the run in the application and every engine take these from here, so that they cannot
//! differ. Nothing here opens a database, reads a file or links SQLite. What the checksums, the chain and the canonical
//! text come to is frozen: it stands in databases and lock files.
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod batch;
pub mod canonical;
pub mod checksum;
mod classify;
pub mod effect;
pub mod kind;
pub mod ledger;
pub mod name;
pub mod packed;
pub mod plan;
pub mod printable;
pub mod release;
pub mod run;
pub mod setting;
pub mod statement;
pub mod switch;
pub mod token;
pub mod tool;
pub mod version;
