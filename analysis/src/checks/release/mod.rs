//! What is released: `onward.lock`, and the databases of old releases.

pub mod bad_lock_file;
pub mod before_locked;
pub mod ledger_renamed;
pub mod legacy_not_adopted;
pub mod locked_changed;
pub mod locked_missing;
