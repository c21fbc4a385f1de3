//! The embedded history as data: migrations, their statements, the functions beside them, and where it differs from a ledger.
//! Nothing here runs, reads a database or fails.

mod conflict;
mod hook;
mod migration;
mod migrations;
mod origin;

pub use conflict::Conflict;
#[cfg(test)]
pub(crate) use conflict::tests::{ledger, migration};
pub(crate) use conflict::{conflicts, known};
pub use hook::{Call, Hook, call};
pub use migration::{File, Migration, Statement};
pub use migrations::Migrations;
pub(crate) use migrations::position;
pub(crate) use origin::Ran;
pub use origin::{Known, Origin, OtherLedger, Parting, Reader};
