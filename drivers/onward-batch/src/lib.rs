//! What the crates for engines have in common that run a list of statements as one atomic request: rqlite, libSQL. Applications
//! use one of those crates.
//!
//! The engine's schema and ledger are read, and made once more in memory, without rows: the mirror. What is pending runs on the mirror
//! first, with everything that [`Migrations::apply`](onward::Migrations::apply) looks at. Then one request has all of it, between two
//! guards: the ledger is still what was read, and the schema in the end that of the mirror. Whoever comes second is refused by
//! the first guard, and reads again.

mod address;
mod apply;
mod batch;
mod engine;
mod error;
mod event;
mod guard;
mod http;
mod mirror;
mod name;
mod object;
mod patience;
mod pending;
mod rehearse;
mod reply;
mod report;
mod state;
mod trace;
mod trust;
mod watch;

pub use address::Address;
pub use apply::{apply, status, verify};
pub use engine::{Engine, Failure, Row, Statement, Value};
pub use error::{COPY, Error, ErrorKind, Result};
pub use event::Event;
pub use http::Http;
pub use name::name;
pub use object::{OBJECTS, Object};
pub use onward_core::batch::Target;
pub use onward_core::name::quoted;
pub use patience::Patience;
pub use rehearse::rehearse;
pub use reply::{Reply, denied, shortened};
pub use report::{Applied, Report};
pub use watch::Watch;
