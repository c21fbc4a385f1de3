//! The checks, one file per code: its rule, what it says, and its tests.
//!
//! A check that cannot be sure stays silent or warns: a false alarm on a sound history is as bad as a missed fault.

pub mod affinity_changed;
pub mod already_exists;
pub mod autoincrement_lost;
pub mod bad_config_file;
pub mod bad_file_name;
pub mod bad_lock_file;
pub mod before_locked;
pub mod broken_trigger;
pub mod broken_view;
pub mod column_added_twice;
pub mod column_removed;
pub mod constraint_lost;
pub mod depends_on_connection;
pub mod double_quoted_string;
pub mod down_differs;
pub mod down_fails;
pub mod drops_data;
pub mod duplicate_version;
pub mod empty_migration;
pub mod fails_with_rows;
pub mod field_null;
pub mod field_type;
pub mod foreign_key_lost;
pub mod foreign_key_mismatch;
pub mod index_before_column;
pub mod index_before_table;
pub mod index_lost;
pub mod key_without_numbers;
pub mod legacy_not_adopted;
pub mod locked_changed;
pub mod locked_missing;
pub mod masked_create;
pub mod may_fail_with_rows;
pub mod mixed_layouts;
pub mod newer_sqlite;
pub mod no_migrations;
pub mod not_in_transaction;
pub mod not_repeatable;
pub mod null_primary_key;
pub mod orphans;
pub mod outer_column;
pub mod pragma_without_effect;
pub mod redundant_transaction;
pub mod references_moved;
pub mod replay_limit;
pub mod rows_lost;
pub mod sqlite_error;
pub mod syntax_error;
pub mod transaction_control;
pub mod trigger_lost;
pub mod unknown_column;
pub mod unknown_directive;
pub mod unknown_function;
pub mod unknown_table;
pub mod unreadable;
pub mod unused_allow;
pub mod used_before_added;
pub mod values_changed;
pub mod version_order;
pub mod view_lost;

mod hint;
mod run;
mod table;
mod trigger;
mod words;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use run::{folder, locked, replayed, statements};
pub use table::{RULES, nearest, rule};
