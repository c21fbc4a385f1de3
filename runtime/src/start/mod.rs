//! How a run begins and ends: attempts, the wait for the lock, the copy before the first change, another database in place
//! of one that cannot be migrated. What runs under the lock belongs to `run`.

mod apply;
mod attempts;
mod backup;
mod done;
mod foresight;
mod open;
mod recreate;
mod rehearse;
mod wait;

pub(crate) use apply::apply;
pub(crate) use attempts::{Opening, patient};
pub use backup::{is_named_as_copy, put_by};
pub(crate) use open::open;
pub(crate) use recreate::open as recreate;
pub(crate) use rehearse::rehearse;
