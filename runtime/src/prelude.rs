//! What most files of an application use: `use onward::prelude::*;`.
//!
//! ```
//! use onward::prelude::*;
//!
//! static MIGRATIONS: Migrations = migrations!("../migrations");
//!
//! #[derive(Row)]
//! #[onward(table = "jobs", migrations = "../migrations")]
//! struct NewJob<'a> {
//!     queue: &'a str,
//!     payload: &'a str,
//! }
//!
//! let conn = MIGRATIONS.open(":memory:")?;
//! // `insert` is a method of the trait `Insert`, which the prelude brings in.
//! let id = NewJob { queue: "mail", payload: "{}" }.insert(&conn)?;
//! assert_eq!(id, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Further items may come with a minor version, so that a glob of another crate may then name the same: name the item itself
//! where that matters. `Result` and `Error` are not in it.

pub use crate::{
    Insert, Migrations, Row, Table, Update, Upsert, migrations, query, query_as, query_scalar, sql,
};
