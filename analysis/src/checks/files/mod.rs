//! The folder and its files: names, order, text, directives, and `onward.toml`.
//!
//! What a statement says is not here, nor `onward.lock` (`release`).

pub mod ambiguous_version_order;
pub mod bad_config_file;
pub mod bad_file_name;
pub mod duplicate_version;
pub mod empty_migration;
pub mod folder_not_watched;
pub mod hook_missing;
pub mod hook_not_marked;
pub mod misplaced_config_file;
pub mod mixed_layouts;
pub mod no_migrations;
pub mod unknown_directive;
pub mod unreadable_file;
pub mod unused_allow;
