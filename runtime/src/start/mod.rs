//! How a run begins and ends: attempts, the wait for the lock, the copy before the first change, another database in place
//! of one that cannot be migrated. What runs under the lock belongs to `run`.

mod apply;
mod attempts;
mod backup;
mod done;
mod foresight;
#[cfg(feature = "fleet")]
mod kept;
#[cfg(feature = "fleet")]
mod look;
mod open;
mod recreate;
mod rehearse;
mod space;
mod wait;

pub(crate) use apply::{apply, quietly};
#[cfg(feature = "fleet")]
pub(crate) use attempts::existing;
pub(crate) use attempts::{Opening, patient};
pub(crate) use backup::back_up;
pub use backup::{is_named_as_copy, put_by};
#[cfg(feature = "fleet")]
pub use kept::is_kept_beside;
#[cfg(feature = "fleet")]
pub(crate) use look::{is_empty, look, read};
pub(crate) use open::open;
pub(crate) use recreate::open as recreate;
pub(crate) use rehearse::rehearse;
