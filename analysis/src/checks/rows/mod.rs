//! What a migration does to rows: those it fails on, and those it loses or changes.

pub mod drops_data;
pub mod fails_with_rows;
pub mod key_without_numbers;
pub mod may_fail_with_rows;
pub mod orphans;
pub mod rows_lost;
pub mod values_changed;
