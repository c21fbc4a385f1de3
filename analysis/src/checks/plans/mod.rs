//! How fast rows are found: scans and sorts of the application's statements that an index would spare, and indexes that are
//! missing or too many. Off until `[plans]` of onward.toml turns them on.

pub mod full_scan;
pub mod missing_foreign_key_index;
pub mod redundant_index;
pub mod temp_sort;
