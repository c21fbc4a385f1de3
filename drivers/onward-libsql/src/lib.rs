//! [onward](https://docs.rs/onward)'s migrations on a [libSQL server](https://github.com/tursodatabase/libsql).
//!
//! ```no_run
//! use onward::{Migrations, migrations};
//! use onward_libsql::Server;
//!
//! static MIGRATIONS: Migrations = migrations!("../../migrations");
//!
//! fn main() -> onward_libsql::Result<()> {
//!     let server = Server::connect("http://localhost:8080")?;
//!     let report = server.apply(&MIGRATIONS)?;
//!     println!("{report}");
//!     Ok(())
//! }
//! ```
//!
//! All that is pending, with its rows in the ledger, is one atomic request. Of any number of programs that start at once, exactly
//! one runs it; the others see that it is done. If the answer is lost, the same request is sent again, which shows whether it ran.
//! The schema in the end is the one that the migrations leave on a SQLite of its own, or nothing has happened. Foreign keys are off
//! while they run, and checked in the end.

mod answer;
mod copy;
mod cursor;
mod fleet;
mod namespace;
mod server;

pub use fleet::{Fleet, Sweep, Tenant};
pub use onward_batch::{Applied, Error, ErrorKind, Event, Failure, Report, Result};
pub use server::Server;
