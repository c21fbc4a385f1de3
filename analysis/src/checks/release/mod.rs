//! What is released: `onward.lock`, `onward.release`, and the databases of old releases.

pub mod bad_lock_file;
pub mod bad_release_file;
pub mod ledger_renamed;
pub mod legacy_not_adopted;
pub mod out_of_order_migration;
pub mod release_broken;
pub mod released_migration_changed;
pub mod released_migration_missing;
