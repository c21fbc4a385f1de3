//! SQLite migrations, proven at compile time: **if it compiles, it migrates.**
//!
//! ```
//! use onward::{Migrations, migrations};
//!
//! // The folder is relative to Cargo.toml; `migrations!()` is the folder `migrations` beside it.
//! static MIGRATIONS: Migrations = migrations!("../migrations");
//!
//! fn main() -> onward::Result<()> {
//! # let dir = tempfile::tempdir().unwrap();
//! # let path = dir.path().join("jobs.db");
//!     // Create or open the file, apply what is pending, hand over a rusqlite connection.
//!     let conn = MIGRATIONS.open(&path)?;
//!     conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
//!
//!     // Or on a connection of your own.
//!     let mut conn = onward::rusqlite::Connection::open(&path)?;
//!     let report = MIGRATIONS.apply(&mut conn)?;
//!     assert!(report.is_up_to_date());
//!     Ok(())
//! }
//! ```
//!
//! [`migrations!`] replays the folder's SQL on a real SQLite while the application compiles and refuses to build when
//! the history would break a database. What builds is embedded in a [`Migrations`], which applies what is pending
//! inside one exclusive transaction, however many processes start at once.
//!
//! - [`Migrations::open`] and [`Migrations::apply`] bring a database up to date; [`Migrations::migrator`] has the
//!   settings.
//! - [`Report`] says what ran, [`Status`] what has run and what is pending, [`Error`] what is wrong and what to do, as
//!   an [`ErrorKind`].
//! - [`Migrations::verify`] compares a database with its ledger, [`Migrations::rehearse`] tries what is pending on a copy.
//! - [`Event`] and [`Readiness`] tell how far a run is; the feature `tracing` logs it, `serde` writes reports.
//! - [`derive(Row)`](derive@Row), [`query!`], [`query_as!`], [`query_scalar!`] and [`sql!`] hold the application's structs and
//!   statements against the same migrations; [`Stored`] brings in types of your own. [`prelude`] has their traits.
//! - [`rusqlite`] is re-exported, since there can be only one in a program.
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod database;
mod error;
mod file;
#[cfg(feature = "fleet")]
pub mod fleet;
mod history;
#[cfg(feature = "test-hook")]
mod hook_test;
mod ledger;
mod migrations;
mod migrator;
mod other;
pub mod prelude;
mod report;
mod row;
mod run;
#[cfg(feature = "serde")]
mod serialize;
mod settings;
#[cfg(feature = "snapshot")]
mod snapshot;
mod start;
mod text;
mod transaction;

#[doc(hidden)]
pub mod __private;

pub use database::{CallError, Database, Work};
pub use error::{Access, Error, ErrorKind, Fault, NotAccepted, Result};
pub use history::{Conflict, List, ListIter, Migration, Migrations, OtherLedger, Parting};
pub use migrator::Migrator;
pub use onward_core::checksum::Checksum;
pub use onward_core::tool::Tool;
/// Embeds the database that the migrations make of an empty one, so that a test opens it without running any.
///
/// # Example
///
/// ```
/// static EMPTY: onward::Snapshot = onward::snapshot!("../migrations");
///
/// let conn = EMPTY.open_in_memory()?;
/// conn.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')", [])?;
/// # Ok::<(), onward::Error>(())
/// ```
#[cfg(feature = "snapshot")]
pub use onward_macros::snapshot;
/// Needs the feature `snapshot`.
#[cfg(not(feature = "snapshot"))]
#[macro_export]
macro_rules! snapshot {
    ($($_:tt)*) => {
        compile_error!(
            "`snapshot!` needs the feature `snapshot` of onward: add `features = [\"snapshot\"]` to its line in Cargo.toml"
        )
    };
}
/// Makes a struct a row, held against a table of the migrations.
///
/// # Example
///
/// ```
/// use onward::prelude::*;
///
/// #[derive(Row)]
/// #[onward(table = "queues", migrations = "../migrations")]
/// struct Queue {
///     name: String,
///     concurrency: i64,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// Queue { name: "reports".to_owned(), concurrency: 2 }.insert(&conn)?;
/// let queues = conn.prepare(Queue::SELECT)?.query_map([], Queue::from_row)?.count();
/// assert_eq!(queues, 3);
/// # Ok(()) }
/// ```
pub use onward_macros::Row;
/// Holds every statement and every row of a table in an item against the schema behind a migration, for ever: for a hook.
///
/// # Example
///
/// ```
/// static MIGRATIONS: onward::Migrations = onward::migrations!("../tests/histories/hooked", after = { 9 => backfill::shorten });
///
/// #[onward::at(9)]
/// mod backfill {
///     use onward::prelude::*;
///     use onward::rusqlite::{Result, Transaction};
///
///     /// Migration 10 gives the column `error` another name.
///     #[derive(Row)]
///     #[onward(table = "attempts", migrations = "../tests/histories/hooked")]
///     struct Attempt {
///         job_id: i64,
///         error: Option<String>,
///     }
///
///     pub fn shorten(tx: &Transaction<'_>) -> Result<()> {
///         let failed = query_as!(Attempt, migrations = "../tests/histories/hooked", "SELECT * FROM attempts WHERE error <> trim(error)");
///         for Attempt { job_id, error } in failed.all(tx)? {
///             let error = error.as_deref().map(str::trim);
///             query!(migrations = "../tests/histories/hooked", "UPDATE attempts SET error = :error WHERE job_id = :job_id").execute(tx)?;
///         }
///         Ok(())
///     }
/// }
///
/// # fn main() -> onward::Result<()> {
/// let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// MIGRATIONS.apply(&mut conn)?;
/// # Ok(()) }
/// ```
pub use onward_macros::at;
/// Embeds a folder of migrations, replayed and checked while the crate compiles.
///
/// # Example
///
/// ```
/// use onward::rusqlite::{Connection, Result, Transaction};
///
/// fn fill(tx: &Transaction<'_>) -> Result<()> {
///     tx.execute("INSERT INTO queues(name) VALUES ('reports')", []).map(drop)
/// }
///
/// static MIGRATIONS: onward::Migrations = onward::migrations!("../tests/histories/hooked", after = { 9 => fill });
///
/// # fn main() -> onward::Result<()> {
/// let mut conn = Connection::open_in_memory()?;
/// MIGRATIONS.apply(&mut conn)?;
/// # Ok(()) }
/// ```
///
/// A hook meets the tables as they are behind its migration, and `at` holds its statements against those:
///
/// ```
/// use onward::rusqlite::{Connection, Result, Transaction};
///
/// fn shorten(tx: &Transaction<'_>) -> Result<()> {
///     // Migration 10 gives the column another name.
///     onward::query!(migrations = "../tests/histories/hooked", at = 9, "UPDATE attempts SET error = trim(error)").execute(tx).map(drop)
/// }
///
/// static MIGRATIONS: onward::Migrations = onward::migrations!("../tests/histories/hooked", after = { 9 => shorten });
///
/// # fn main() -> onward::Result<()> {
/// let mut conn = Connection::open_in_memory()?;
/// MIGRATIONS.apply(&mut conn)?;
/// # Ok(()) }
/// ```
pub use onward_macros::migrations;
/// Checks a statement and binds its parameters; its rows become structs made for it.
///
/// # Example
///
/// ```
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// let (queue, payload) = ("mail", "{}");
/// onward::query!(migrations = "../migrations", "INSERT INTO jobs(queue, payload) VALUES (:queue, :payload)")
///     .execute(&conn)?;
/// let jobs = onward::query!(migrations = "../migrations", "SELECT id, state FROM jobs WHERE queue = ?", queue)
///     .all(&conn)?;
/// assert_eq!((jobs[0].id, jobs[0].state.as_str()), (1, "queued"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use onward_macros::query;
/// As `query!`, with rows of a type that derives `Row`: `query_as!(Job, "SELECT * FROM jobs WHERE id = ?", id)`.
///
/// # Example
///
/// ```
/// #[derive(onward::Row)]
/// struct Queue {
///     name: String,
///     concurrency: i64,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// let name = "mail";
/// let mail = onward::query_as!(Queue, migrations = "../migrations", "SELECT * FROM queues WHERE name = ?", name)
///     .one(&conn)?;
/// assert_eq!((mail.name.as_str(), mail.concurrency), ("mail", 1));
/// # Ok(()) }
/// ```
pub use onward_macros::query_as;
/// As `query!`, for one column: `query_scalar!("SELECT count(*) FROM jobs").one(&conn)?` is an `i64`.
///
/// # Example
///
/// ```
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// let jobs: i64 = onward::query_scalar!(migrations = "../migrations", "SELECT count(*) FROM jobs").one(&conn)?;
/// assert_eq!(jobs, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use onward_macros::query_scalar;
/// Checks SQL against the schema at the end of the migrations, and expands to its text.
///
/// # Example
///
/// ```
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// let deleted = conn.execute(onward::sql!(migrations = "../migrations", "DELETE FROM jobs WHERE state = ?"), ["done"])?;
/// assert_eq!(deleted, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use onward_macros::sql;
/// Tries the hook of a migration in a test, on sample rows: those that the schema of the release before it allows.
///
/// # Example
///
/// ```
/// use onward::rusqlite::{Result, Transaction};
///
/// fn shorten(tx: &Transaction<'_>) -> Result<()> {
///     onward::query!(migrations = "../tests/histories/hooked", at = 9, "UPDATE attempts SET error = trim(error)").execute(tx).map(drop)
/// }
///
/// static MIGRATIONS: onward::Migrations = onward::migrations!("../tests/histories/hooked", after = { 9 => shorten });
///
/// // In a program: #[test] fn errors_are_shortened() { … }
/// onward::test_hook!(MIGRATIONS, 9, migrations = "../tests/histories/hooked");
/// ```
///
/// A hook that takes what the schema does not promise is found by it:
///
/// ```should_panic
/// use onward::rusqlite::{Result, Transaction};
///
/// fn shorten(tx: &Transaction<'_>) -> Result<()> {
///     // `error` may be NULL.
///     let mut errors = tx.prepare("SELECT error FROM attempts")?;
///     errors.query_map([], |row| row.get::<_, String>(0))?.try_for_each(|error| error.map(drop))
/// }
///
/// static MIGRATIONS: onward::Migrations = onward::migrations!("../tests/histories/hooked", after = { 9 => shorten });
///
/// onward::test_hook!(MIGRATIONS, 9, migrations = "../tests/histories/hooked");
/// ```
#[cfg(feature = "test-hook")]
pub use onward_macros::test_hook;
/// Needs the feature `test-hook`.
#[cfg(not(feature = "test-hook"))]
#[macro_export]
macro_rules! test_hook {
    ($($_:tt)*) => {
        compile_error!(
            "`test_hook!` needs the feature `test-hook` of onward: add `features = [\"test-hook\"]` to a line for it in the \
             `[dev-dependencies]` of Cargo.toml"
        )
    };
}
pub use onward_schema::{Difference, Violation};
pub use report::{
    Applied, Entry, Event, Phase, Readiness, Recorded, Recreated, Rehearsal, Report, State, Status, TableRows,
};
#[cfg(feature = "serde_json")]
pub use row::Json;
pub use row::{
    Execute, Insert, On, Owned, OwnedExecute, Prepared, Query, Row, RowError, Stored, Table, Text, Update,
    Upsert, as_text,
};
pub use run::Adopt;
pub use rusqlite;
#[cfg(feature = "snapshot")]
pub use snapshot::Snapshot;
pub use transaction::transaction;
