//! [onward](https://docs.rs/onward)'s migrations on a cluster of [rqlite](https://rqlite.io).
//!
//! ```no_run
//! use onward::{Migrations, migrations};
//! use onward_rqlite::Cluster;
//!
//! static MIGRATIONS: Migrations = migrations!("../../migrations");
//!
//! fn main() -> Result<(), onward_rqlite::Error> {
//!     let cluster = Cluster::connect("http://localhost:4001")?;
//!     let report = cluster.apply(&MIGRATIONS)?;
//!     println!("{report}");
//!     Ok(())
//! }
//! ```
//!
//! All that is pending, with its rows in the ledger, is one atomic request, which the cluster replicates. Of any number of programs
//! that start at once, on any node, exactly one runs it; the others see that it is done. If the answer is lost, the same request is
//! sent again, which shows whether it ran. The schema in the end is the one that the migrations leave on a SQLite of its own, or
//! nothing has happened; and it is compared on every node that answers.

mod answer;
mod backup;
mod cluster;
mod compare;
mod node;

pub use cluster::Cluster;
pub use node::{Node, Report, Standing};
pub use onward_batch::{Applied, Error, ErrorKind, Event, Failure, Result};
