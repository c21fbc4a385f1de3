//! The embedded history as data: migrations, their statements, the functions beside them, and where it differs from a ledger.
//! Nothing here runs, reads a database or fails.

mod conflict;
mod embedded;
mod hook;
mod list;
mod migration;
mod migrations;
mod origin;
mod other_ledger;

pub use conflict::Conflict;
pub(crate) use conflict::conflicts;
#[cfg(test)]
pub(crate) use conflict::tests::{ledger, migrations};
pub use embedded::Embedded;
pub use hook::{Hook, call};
pub use list::{List, ListIter};
pub use migration::Migration;
pub use migrations::{Migrations, Source};
pub(crate) use origin::Ran;
pub use origin::{Known, Origin, OriginOf, Reader};
pub(crate) use other_ledger::Short;
pub use other_ledger::{OtherLedger, Parting};
