//! What a migration does to rows: those it fails on, and those it loses or changes.

pub mod dangling_foreign_key;
pub mod data_dropped;
pub mod failure_with_rows;
pub mod failure_with_some_rows;
pub mod key_without_numbers;
pub mod rows_lost;
pub mod values_changed;
