//! What happens on one connection once it may begin: the transaction, the statements, the hooks, the ledger, and
//! whether the outcome is what was proven. How to come by a connection, a lock or a copy belongs to `start`.

mod about;
mod adopt;
mod context;
mod copy;
#[cfg(feature = "test-hook")]
mod encounter;
mod exact;
mod exclusive;
mod foreign_keys;
mod goal;
mod hook;
mod migrate;
mod moved;
mod newer;
mod options;
mod pending;
mod replay;
mod rollback;
mod shadow;
mod since;
mod statement;
mod verify;
mod version;

pub(crate) use adopt::adopt;
pub(crate) use context::Context;
pub(crate) use copy::{Copying, Kept, Unnamed};
#[cfg(feature = "test-hook")]
pub(crate) use encounter::{Moment, up_to};
pub(crate) use exclusive::{Exclusive, Lock};
pub(crate) use goal::Goal;
pub(crate) use migrate::Ran;
pub(crate) use newer::accept_newer;
pub use options::Adopt;
pub(crate) use options::{Adopting, Options};
pub(crate) use pending::pending;
pub(crate) use replay::runs;
pub(crate) use rollback::rolled_back;
pub(crate) use since::since;
pub(crate) use verify::verify;
pub(crate) use version::fit;
