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
//! - [`Report`] says what ran, [`Status`] what has run and what is pending, [`Error`] what is wrong and what to do, as an [`ErrorKind`].
//! - [`Migrations::verify`] compares a database with its ledger, [`Migrations::rehearse`] tries what is pending on a copy.
//! - [`Event`] and [`Readiness`] tell how far a run is; the feature `tracing` logs it, `serde` writes reports.
//! - [`derive(Row)`](derive@Row), [`query!`], [`query_as!`], [`query_scalar!`] and [`sql!`] hold the application's structs and
//!   statements against the same migrations; [`Stored`] brings in types of your own. [`prelude`] has their traits.
//! - [`rusqlite`] is re-exported, since there can be only one in a program.
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod error;
mod file;
mod history;
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

#[doc(hidden)]
pub mod __private;

pub use error::{Access, Error, ErrorKind, Fault, Result};
pub use history::{Conflict, List, ListIter, Migration, Migrations, OtherLedger, Parting};
pub use migrator::Migrator;
pub use onward_core::checksum::Checksum;
pub use onward_core::tool::Tool;
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
pub use onward_macros::{Row, migrations, query, query_as, query_scalar, sql};
pub use onward_schema::{Difference, Violation};
pub use report::{
    Applied, Entry, Event, Phase, Readiness, Recorded, Recreated, Rehearsal, Report, State, Status, TableRows,
};
#[cfg(feature = "serde_json")]
pub use row::Json;
pub use row::{Execute, Insert, Prepared, Query, Row, Stored, Table, Update};
pub use run::Adopt;
pub use rusqlite;
#[cfg(feature = "snapshot")]
pub use snapshot::Snapshot;
